#include "lambda/event.hpp"

#include <gtest/gtest.h>

#include <string>

#include "function/cors.hpp"

namespace vc::lambda {
namespace {

using function::Traffic;

/// As a regional API sends it: all twelve keys.
constexpr std::string_view full_event = R"({
  "resource": "/counter", "path": "/counter", "httpMethod": "GET",
  "headers": {"Host": "api.dzresume.dev", "Origin": "https://dzresume.dev", "X-Forwarded-Proto": "https"},
  "multiValueHeaders": {"Host": ["api.dzresume.dev"], "Origin": ["https://dzresume.dev"], "X-Forwarded-Proto": ["https"]},
  "queryStringParameters": {"a": "2"}, "multiValueQueryStringParameters": {"a": ["1", "2"]},
  "pathParameters": null, "stageVariables": null,
  "requestContext": {
    "accountId": "123456789012", "apiId": "a1b2c3d4e5", "deploymentId": "d1", "domainName": "api.dzresume.dev",
    "domainPrefix": "api", "extendedRequestId": "aJ8-YHpsIAMEppg=", "httpMethod": "GET",
    "identity": {"accessKey": null, "apiKey": "k", "sourceIp": "192.0.2.1", "userAgent": "curl/8", "user": null},
    "path": "/blue/counter", "protocol": "HTTP/1.1", "requestId": "c0a80000-0000-4000-8000-000000000000",
    "requestTime": "22/Nov/2026:11:22:33 +0000", "requestTimeEpoch": 1795346553000, "resourceId": "r1",
    "resourcePath": "/counter", "stage": "blue", "isCanaryRequest": true, "someday": [{}]},
  "body": null, "isBase64Encoded": false, "someday": 1})";

/// An event for the counter with these further members.
Result<Event, EventError> event_with(std::string_view members) {
  return parse_event(
      fmt::format(R"({{"path": "/counter", "httpMethod": "GET"{}{}}})", members.empty() ? "" : ", ", members));
}

std::optional<std::string> header(const Result<Event, EventError>& event, std::string_view name) {
  const auto found = http::Fields(event->fields).find(name);
  return found ? std::optional<std::string>(*found) : std::nullopt;
}

std::string path_of(std::string_view path, std::string_view resource) {
  const auto event =
      parse_event(fmt::format(R"({{"path": "{}", "httpMethod": "GET", "resource": "{}"}})", path, resource));
  return event ? event->path : event.error().message;
}

TEST(Event, IsReadAsTheGatewaySendsIt) {
  const auto event = parse_event(full_event);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->method, "GET");
  EXPECT_EQ(event->path, "/counter");
  EXPECT_EQ(event->domain_name, "api.dzresume.dev");
  EXPECT_EQ(event->fields, "Host: api.dzresume.dev\r\nOrigin: https://dzresume.dev\r\nX-Forwarded-Proto: https\r\n");
  const http::Request request = event->request();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/counter");
  EXPECT_EQ(request.fields.find("origin"), "https://dzresume.dev");
}

TEST(Event, MayCarryOnlyPathAndMethod) {
  const auto event = event_with("");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->fields, "");
  EXPECT_EQ(event->domain_name, "");
}

TEST(Event, MayHaveNullForWhatIsNotThere) {
  const auto event =
      event_with(R"("resource": null, "headers": null, "multiValueHeaders": null, "queryStringParameters": null,
                    "requestContext": null, "body": null)");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->fields, "");
  EXPECT_TRUE(event_with(R"("requestContext": {"domainName": null})"));
}

TEST(Event, HasHeadersInAnyCase) {
  for (const char* name : {"origin", "Origin", "ORIGIN"}) {
    const auto event = event_with(fmt::format(R"("headers": {{"{}": "https://dzresume.dev"}})", name));
    EXPECT_EQ(header(event, "Origin"), "https://dzresume.dev");
  }
}

TEST(Event, HasEveryValueOfAHeader) {
  const auto event =
      event_with(R"("headers": {"origin": "b", "Accept": "c"}, "multiValueHeaders": {"Origin": ["a", "b"]})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->fields, "Origin: a\r\nOrigin: b\r\nAccept: c\r\n");
  EXPECT_EQ(http::Fields(event->fields).count("Origin"), 2U);
}

TEST(Event, WithTwoOriginsHasNone) {
  const auto cors = *function::Cors::parse("https://dzresume.dev");
  const auto event = event_with(R"("multiValueHeaders": {"Origin": ["https://dzresume.dev", "https://evil.example"]})");
  EXPECT_EQ(cors.allow(http::Fields(event->fields)), std::nullopt);
}

TEST(Event, HasThePathWithoutTheBasePathOfItsDomain) {
  EXPECT_EQ(path_of("/v1/counter", "/counter"), "/counter");
  EXPECT_EQ(path_of("/v1/visits/health", "/health"), "/health");
  EXPECT_EQ(path_of("/counter", "/counter"), "/counter");
}

TEST(Event, KeepsAPathThatNoResourceExplains) {
  EXPECT_EQ(path_of("/v1/counter", "/health"), "/v1/counter");
  EXPECT_EQ(path_of("/v1/counter", "/{proxy+}"), "/v1/counter");
  EXPECT_EQ(path_of("/v1/counter", ""), "/v1/counter");
  EXPECT_EQ(path_of("/v1/counter", "counter"), "/v1/counter");
  EXPECT_EQ(path_of("//counter", "/counter"), "//counter");
  EXPECT_EQ(path_of("v1/counter", "/counter"), "v1/counter");
  EXPECT_EQ(path_of("/counter/", "/counter"), "/counter/");
  EXPECT_EQ(event_with("")->path, "/counter");
}

TEST(Event, ThatIsMalformedIsAnError) {
  for (const char* text :
       {"", "no JSON", "{", "[]", "1", "null", R"("/counter")", "{}", R"({"path": "/counter"})",
        R"({"httpMethod": "GET"})", R"({"path": null, "httpMethod": "GET"})", R"({"path": 1, "httpMethod": "GET"})",
        R"({"path": "/counter", "httpMethod": ["GET"]})", R"({"path": "/counter", "httpMethod": "GET"} {})",
        R"({"version": "2.0", "rawPath": "/counter", "requestContext": {"http": {"method": "GET"}}})"}) {
    EXPECT_FALSE(parse_event(text)) << text;
  }
  for (const char* members :
       {R"("headers": [])", R"("headers": "")", R"("headers": {"A": 1})", R"("headers": {"A": null})",
        R"("headers": {"": "a"})", R"("headers": {"A:": "a"})", R"("headers": {"A b": "a"})",
        R"("headers": {"\u00e9": "a"})", R"("headers": {"A": "a\r\nOrigin: https://dzresume.dev"})",
        R"("headers": {"A\r\nOrigin": "a"})", R"("headers": {"A": "\u0000"})", R"("multiValueHeaders": [])",
        R"("multiValueHeaders": {"A": "a"})", R"("multiValueHeaders": {"A": [1]})",
        R"("multiValueHeaders": {"A": null})", R"("resource": 1)", R"("requestContext": "")",
        R"("requestContext": {"domainName": 1})"}) {
    EXPECT_FALSE(event_with(members)) << members;
  }
}

TEST(Event, ThatIsNoJsonIsToldFromJsonThatIsNoEvent) {
  for (const char* text : {"", "{", "no JSON", "{} {}", "\"\xff\""}) {
    EXPECT_EQ(parse_event(text).error().why, EventError::Why::no_json) << text;
  }
  for (const char* text : {"{}", "[]", "null", "1"}) {
    EXPECT_EQ(parse_event(text).error().why, EventError::Why::no_event) << text;
  }
}

TEST(Event, IsProductionIfItCameThroughTheProductionDomain) {
  const auto through = [](std::string_view domain) { return Event{.domain_name = std::string(domain)}; };
  EXPECT_EQ(traffic_of(through("api.dzresume.dev"), "api.dzresume.dev"), Traffic::production);
  EXPECT_EQ(traffic_of(through("API.dzresume.dev"), "api.dzresume.dev"), Traffic::production);
  EXPECT_EQ(traffic_of(through("a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"), "api.dzresume.dev"),
            Traffic::preview);
  EXPECT_EQ(traffic_of(through(""), "api.dzresume.dev"), Traffic::preview);
  EXPECT_EQ(traffic_of(through(""), ""), Traffic::production);
}

TEST(ProxyResponse, HasStatusHeadersAndBody) {
  http::Response response(200);
  response.header("Content-Type", "application/json");
  response.header("Vary", "Origin");
  response.text(R"({"count": 1})");
  EXPECT_EQ(to_json(response),
            R"({"statusCode": 200, "headers": {"Content-Type": "application/json", "Vary": "Origin"}, )"
            R"("body": "{\"count\": 1}", "isBase64Encoded": false})");
}

TEST(ProxyResponse, MayHaveAnEmptyBody) {
  EXPECT_EQ(to_json(http::Response(204)),
            R"({"statusCode": 204, "headers": {}, "body": "", "isBase64Encoded": false})");
}

TEST(FunctionError, IsJsonWhateverItSays) {
  EXPECT_EQ(error_json(invalid_event, R"(no "path")"),
            R"({"errorMessage": "no \"path\"", "errorType": "Runtime.InvalidEvent", "stackTrace": []})");
}

}  // namespace
}  // namespace vc::lambda
