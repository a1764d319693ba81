// Values that AWS has published: its Signature Version 4 test suite, and the example of its documentation.

#include "aws/sigv4.hpp"

#include <gtest/gtest.h>

namespace vc::aws {
namespace {

using namespace std::chrono_literals;

constexpr WallTime august = std::chrono::sys_days{2015y / 8 / 30} + 12h + 36min;

Credentials example_key(const std::string& token = "") {
  return *make_credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token, "the example");
}

std::string authorization(HttpRequest request, std::string_view host, std::string_view service,
                          const Credentials& credentials = example_key()) {
  sign(request, host, {"us-east-1", service}, credentials, august);
  return request.headers.back().value;
}

std::string signature(HttpRequest request, const Credentials& credentials = example_key()) {
  const std::string header = authorization(std::move(request), "example.amazonaws.com", "service", credentials);
  return header.substr(header.rfind('=') + 1);
}

TEST(SigV4, MatchesTheExampleOfTheDocumentation) {
  EXPECT_EQ(authorization({.method = "GET",
                           .target = "/?Action=ListUsers&Version=2010-05-08",
                           .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                           .body = ""},
                          "iam.amazonaws.com", "iam"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST(SigV4, MatchesTheTestSuiteOnPlainRequests) {
  EXPECT_EQ(signature({"GET", "/", {}, ""}), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  EXPECT_EQ(signature({"POST", "/", {}, ""}), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

TEST(SigV4, MatchesTheTestSuiteOnABody) {
  EXPECT_EQ(signature({"POST", "/", {{"Content-Type", "application/x-www-form-urlencoded"}}, "Param1=value1"}),
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
}

TEST(SigV4, MatchesTheTestSuiteOnBlanksInHeaders) {
  EXPECT_EQ(signature({"GET", "/", {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}, ""}),
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
}

TEST(SigV4, SignsTheSessionToken) {
  const auto with_token = example_key("the/token+of=a-session");
  HttpRequest request{"POST", "/", {}, ""};
  sign(request, "example.amazonaws.com", {"us-east-1", "service"}, with_token, august);
  ASSERT_EQ(request.headers.size(), 3U);
  EXPECT_EQ(request.headers[1].name, "X-Amz-Security-Token");
  EXPECT_NE(request.headers[2].value.find("SignedHeaders=host;x-amz-date;x-amz-security-token,"), std::string::npos);
}

}  // namespace
}  // namespace vc::aws
