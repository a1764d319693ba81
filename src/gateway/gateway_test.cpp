#include "gateway/gateway.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/time_text.hpp"

namespace vc::gateway {
namespace {

Admission admit(std::string_view base_paths, std::string_view method, std::string_view path) {
  const Gateway gateway(*BasePaths::parse(base_paths));
  return gateway.admit({.method = method, .path = path, .query = "", .fields = {}, .body = ""}, Moment{});
}

std::string_view admitted_path(std::string_view base_paths, std::string_view path) {
  const Admission admission = admit(base_paths, "GET", path);
  return admission.refused == nullptr ? admission.route->path : "refused";
}

TEST(Gateway, AdmitsTheFourRoutes) {
  for (const char* method : {"GET", "OPTIONS"}) {
    for (const char* path : {"/counter", "/health"}) {
      const Admission admission = admit("(none),blue", method, path);
      ASSERT_EQ(admission.refused, nullptr);
      EXPECT_EQ(admission.route->method, method);
      EXPECT_EQ(admission.route->path, path);
    }
  }
}

TEST(Gateway, RefusesEverythingElseWithOneError) {
  for (const auto& [method, path] :
       std::initializer_list<std::pair<const char*, const char*>>{{"HEAD", "/counter"},
                                                                  {"POST", "/health"},
                                                                  {"DELETE", "/counter"},
                                                                  {"get", "/counter"},
                                                                  {"GET", "/Counter"},
                                                                  {"GET", "/counter/"},
                                                                  {"GET", "//counter"},
                                                                  {"GET", "/%63ounter"},
                                                                  {"GET", "/"},
                                                                  {"GET", ""},
                                                                  {"GET", "/green/counter"},
                                                                  {"GET", "/blue"},
                                                                  {"GET", "/blue/"},
                                                                  {"GET", "/blue//counter"},
                                                                  {"GET", "/bluecounter"},
                                                                  {"GET", "/BLUE/counter"},
                                                                  {"GET", "/blue/blue/counter"},
                                                                  {"OPTIONS", "*"},
                                                                  {"CONNECT", "counter:80"},
                                                                  {"GET", "blue/counter"},
                                                                  {"GET", "/counter/../counter"}}) {
    EXPECT_EQ(admit("(none),blue", method, path).refused, &no_such_route) << method << " " << path;
  }
}

TEST(Gateway, KnowsTheStageByItsPrefixesOnly) {
  EXPECT_EQ(admitted_path("(none),blue", "/blue/counter"), "/counter");
  EXPECT_EQ(admitted_path("blue", "/blue/counter"), "/counter");
  EXPECT_EQ(admitted_path("blue", "/counter"), "refused");
  EXPECT_EQ(admitted_path("(none)", "/blue/counter"), "refused");
  EXPECT_EQ(admitted_path("v1,counter", "/counter/counter"), "/counter");
  EXPECT_EQ(admitted_path("a_b-C", "/a_b-C/counter"), "/counter");
}

TEST(Gateway, RefusesBasePathsThatAreNone) {
  for (const char* list : {"", "blue,", "/blue", "a/b", "blue green", "(any)"})
    EXPECT_FALSE(BasePaths::parse(list)) << list;
}

class GatewayAnswer : public testing::Test {
 protected:
  static std::string text(const http::Response& response) {
    std::string all;
    response.fields().for_each([&](std::string_view name, std::string_view value) {
      all.append(name).append(": ").append(value).append("\n");
    });
    return all + fmt::to_string(response.body);
  }

  Random random_{1};
  Ids ids_ = make_ids(random_, WallTime{});
};

TEST_F(GatewayAnswer, ToARefusedRequestIsTheOneOfApiGateway) {
  const http::Response response = refuse(no_such_route, "GET", ids_);
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(text(response), fmt::format("Content-Type: application/json\n"
                                        "x-amzn-RequestId: {}\n"
                                        "x-amzn-ErrorType: MissingAuthenticationTokenException\n"
                                        "x-amz-apigw-id: {}\n"
                                        R"({{"message":"Missing Authentication Token"}})",
                                        view(ids_.request_id), view(ids_.extended_id)));
  EXPECT_EQ(response.body.size(), 42U);
}

TEST_F(GatewayAnswer, ToHeadHasNoBody) { EXPECT_EQ(refuse(no_such_route, "HEAD", ids_).body.size(), 0U); }

TEST_F(GatewayAnswer, ToWhatIsTooLargeIsTextWithoutAType) {
  EXPECT_EQ(text(refuse(body_too_large, "GET", ids_)),
            fmt::format("Content-Type: text/plain\nx-amzn-RequestId: {}\nx-amz-apigw-id: {}\n"
                        "HTTP content length exceeded 10485760 bytes.",
                        view(ids_.request_id), view(ids_.extended_id)));
}

TEST_F(GatewayAnswer, OfTheFunctionGetsTheIds) {
  http::Response response(200);
  add_headers(response, ids_);
  EXPECT_EQ(text(response), fmt::format("x-amzn-RequestId: {}\nx-amz-apigw-id: {}\nX-Amzn-Trace-Id: {}\n",
                                        view(ids_.request_id), view(ids_.extended_id), view(ids_.trace_id)));
}

}  // namespace
}  // namespace vc::gateway
