#include "function/function.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace vc::function {
namespace {

using counter::CounterId;
using counter::Outcome;
using counter::StoreError;
using counter::StoreFault;

const Function& function() {
  static const Function instance({.counter = {*CounterId::parse("main_counter")},
                                  .preview_counter = {*CounterId::parse("main_counter.preview.blue")},
                                  .cors = *Cors::parse("https://www.dzresume.dev,https://dzresume.dev"),
                                  .version = "1.2.0+g0123456789ab"});
  return instance;
}

http::Request request(std::string_view method, std::string_view path, std::string_view fields = "") {
  return {.method = method, .path = path, .query = "", .fields = http::Fields(fields), .body = ""};
}

Plan plan(std::string_view method, std::string_view path, std::string_view fields = "") {
  return function().plan(request(method, path, fields), Traffic::production);
}

std::string body(const http::Response& response) { return fmt::to_string(response.body); }

std::optional<std::string_view> header(const http::Response& response, std::string_view name) {
  return response.fields().find(name);
}

const Context context{.request_id = "c0a80000-0000-4000-8000-000000000000", .time = "2024-01-15T10:30:00Z"};

TEST(Function, PlansByMethodAndPath) {
  EXPECT_TRUE(std::holds_alternative<Plan::Count>(plan("GET", "/counter").what));
  EXPECT_TRUE(std::holds_alternative<Plan::ReadHealth>(plan("GET", "/health").what));
  EXPECT_TRUE(std::holds_alternative<Plan::Preflight>(plan("OPTIONS", "/counter").what));
  EXPECT_TRUE(std::holds_alternative<Plan::Preflight>(plan("OPTIONS", "/health").what));
}

TEST(Function, HasNoOtherRoute) {
  for (const auto& [method, path] : std::initializer_list<std::pair<const char*, const char*>>{{"HEAD", "/counter"},
                                                                                               {"POST", "/counter"},
                                                                                               {"get", "/counter"},
                                                                                               {"POST", "/health"},
                                                                                               {"GET", "/Counter"},
                                                                                               {"GET", "/counter/"},
                                                                                               {"GET", "//counter"},
                                                                                               {"GET", "/x/health"},
                                                                                               {"GET", "/"},
                                                                                               {"GET", ""},
                                                                                               {"OPTIONS", "*"},
                                                                                               {"", ""}}) {
    EXPECT_TRUE(std::holds_alternative<Plan::NoRoute>(plan(method, path).what)) << method << " " << path;
  }
}

TEST(Function, KeepsTestTrafficOffTheRealNumber) {
  const Plan production = function().plan(request("GET", "/counter"), Traffic::production);
  const Plan preview = function().plan(request("GET", "/counter"), Traffic::preview);
  EXPECT_EQ(std::get<Plan::Count>(production.what).counter->id.text(), "main_counter");
  EXPECT_EQ(std::get<Plan::Count>(preview.what).counter->id.text(), "main_counter.preview.blue");
  const Plan health = function().plan(request("GET", "/health"), Traffic::preview);
  EXPECT_EQ(std::get<Plan::ReadHealth>(health.what).counter->id.text(), "main_counter.preview.blue");
}

TEST(Function, AnswersACountedVisit) {
  const http::Response response = function().counted(plan("GET", "/counter"), 123, context);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body(response), R"({"count": 123, "timestamp": "2024-01-15T10:30:00Z", "status": "success", )"
                            R"("requestId": "c0a80000-0000-4000-8000-000000000000"})");
  EXPECT_EQ(header(response, "Cache-Control"), "no-cache, no-store, must-revalidate");
  EXPECT_EQ(header(response, "X-Visit-Outcome"), std::nullopt);
}

TEST(Function, SaysWhetherAVisitMayBeRepeated) {
  for (const auto& [outcome, word] : {std::pair{Outcome::not_counted, "not-counted"}, {Outcome::unknown, "unknown"}}) {
    const http::Response response = function().not_counted(plan("GET", "/counter"), outcome, context);
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(header(response, "X-Visit-Outcome"), word);
    EXPECT_EQ(header(response, "Cache-Control"), "no-cache, no-store, must-revalidate");
    EXPECT_EQ(body(response), R"({"status": "error", "message": "Unable to process request. Please try again.", )"
                              R"("requestId": "c0a80000-0000-4000-8000-000000000000"})");
  }
}

TEST(Function, AnswersAHealthyStore) {
  const http::Response response =
      function().health(plan("GET", "/health"), counter::Record{.visit_count = 123}, context);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body(response),
            R"({"status": "healthy", "service": "visitor-counter", "database": "connected", "counter_value": 123, )"
            R"("timestamp": "2024-01-15T10:30:00Z"})");
  EXPECT_EQ(header(response, "Cache-Control"), "no-cache, max-age=0");
}

TEST(Function, NotesACounterWithoutARecord) {
  EXPECT_EQ(body(function().health(plan("GET", "/health"), std::nullopt, context)),
            R"({"status": "healthy", "service": "visitor-counter", "database": "connected", "counter_value": 0, )"
            R"("timestamp": "2024-01-15T10:30:00Z", "note": "counter_not_initialized"})");
}

TEST(Function, NamesAFailingStoreInPublicWordsOnly) {
  for (const auto& [fault, words] : {std::pair{StoreFault::timeout, "Connection timeout"},
                                     {StoreFault::connection, "Connection failed"},
                                     {StoreFault::access_denied, "Access denied"},
                                     {StoreFault::table_not_found, "Table not found"},
                                     {StoreFault::throttled, "Throttled"},
                                     {StoreFault::storage, "Storage failure"},
                                     {StoreFault::shutting_down, "Shutting down"}}) {
    const http::Response response = function().health(
        plan("GET", "/health"), std::unexpected(StoreError{fault, "/var/lib/secret: arn:aws:dynamodb"}), context);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(
        body(response),
        fmt::format(R"({{"status": "unhealthy", "service": "visitor-counter", "database": "error", "error": "{}", )"
                    R"("timestamp": "2024-01-15T10:30:00Z"}})",
                    words));
    EXPECT_EQ(header(response, "Cache-Control"), "no-cache, max-age=0");
  }
}

TEST(Function, AnswersPreflights) {
  const http::Response response = function().preflight(plan("OPTIONS", "/counter", "Origin: https://dzresume.dev\r\n"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body(response), "");
  EXPECT_EQ(header(response, "Content-Type"), "application/json");
  EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "https://dzresume.dev");
  EXPECT_EQ(header(response, "Access-Control-Max-Age"), "7200");
  EXPECT_EQ(header(response, "Cache-Control"), std::nullopt);
}

TEST(Function, SendsItsHeadersOnEveryAnswer) {
  const Plan foreign = plan("GET", "/counter", "Origin: https://evil.example\r\n");
  const Plan absent = plan("GET", "/counter");
  for (const auto& [each, origin] : {std::pair{foreign, std::optional<std::string_view>()},
                                     std::pair{absent, std::optional<std::string_view>("https://www.dzresume.dev")}}) {
    for (const http::Response& response :
         {function().counted(each, 1, context), function().not_counted(each, Outcome::unknown, context),
          function().health(each, std::nullopt, context), function().preflight(each)}) {
      EXPECT_EQ(header(response, "Content-Type"), "application/json");
      EXPECT_EQ(header(response, "Access-Control-Allow-Methods"), "GET, OPTIONS");
      EXPECT_EQ(header(response, "Access-Control-Allow-Headers"), "Content-Type, Authorization, X-Api-Key");
      EXPECT_EQ(header(response, "Access-Control-Expose-Headers"), "x-amzn-RequestId, X-Visit-Outcome");
      EXPECT_EQ(header(response, "Vary"), "Origin");
      EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
      EXPECT_EQ(header(response, "X-Visitor-Counter-Version"), "1.2.0+g0123456789ab");
      EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), origin);
    }
  }
}

TEST(Function, AnswersNoRouteAsTheGatewayDoes) {
  const http::Response response = function().no_route();
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(body(response), R"({"message":"Missing Authentication Token"})");
  EXPECT_EQ(header(response, "x-amzn-ErrorType"), "MissingAuthenticationTokenException");
  EXPECT_EQ(header(response, "Vary"), std::nullopt);
}

}  // namespace
}  // namespace vc::function
