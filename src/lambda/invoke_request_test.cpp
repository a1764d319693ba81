#include "lambda/invoke_request.hpp"

#include <gtest/gtest.h>

#include <string>

#include "limits.hpp"

namespace vc::lambda {
namespace {

constexpr std::string_view function = "resume-blue-visitor-counter";

Result<InvokeRequest, InvokeError> read(std::string_view name, const http::Request& request) {
  static const DeployedFunction deployed{.name = std::string(function), .alias = "live"};
  return read_invoke_request(request, name, deployed);
}

/// The status and type of the refusal; "accepted" if there is none.
std::string refusal(std::string_view name, std::string_view query = "", std::string_view fields = "",
                    std::string_view body = "") {
  const auto asked =
      read(name, {.method = "POST", .path = "", .query = query, .fields = http::Fields(fields), .body = body});
  return asked ? "accepted" : fmt::format("{} {}", asked.error().status, asked.error().type);
}

TEST(InvokeRequest, IsForTheFunctionThatItsPathNames) {
  EXPECT_EQ(invoked_name("/2015-03-31/functions/f/invocations"), "f");
  EXPECT_EQ(invoked_name("/2015-03-31/functions/f%3Alive/invocations"), "f%3Alive");
  EXPECT_EQ(invoked_name(invoke_path(function)), function);
  for (const char* path :
       {"/", "/2015-03-31/functions/", "/2015-03-31/functions//invocations", "/2015-03-31/functions/invocations",
        "/2015-03-31/functions/f/g/invocations", "/2015-03-31/functions/f/invocations/", "/2015-03-31/functions/f",
        "/counters/f/invocations"}) {
    EXPECT_EQ(invoked_name(path), std::nullopt) << path;
  }
}

TEST(InvokeRequest, NamesTheFunctionInEachOfLambdasForms) {
  for (const char* name :
       {"resume-blue-visitor-counter", "resume-blue-visitor-counter:live", "resume-blue-visitor-counter:$LATEST",
        "resume-blue-visitor-counter%3Alive", "resume-blue-visitor-counter%3a%24LATEST",
        "123456789012:function:resume-blue-visitor-counter", "123456789012:function:resume-blue-visitor-counter:live",
        "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aresume-blue-visitor-counter",
        "arn:aws:lambda:us-east-1:123456789012:function:resume-blue-visitor-counter:$LATEST"}) {
    EXPECT_EQ(refusal(name), "accepted") << name;
  }
}

TEST(InvokeRequest, MayHaveAQualifier) {
  for (const char* query :
       {"", "Qualifier=live", "Qualifier=$LATEST", "Qualifier=%24LATEST", "a=b&Qualifier=live", "Qualifier="}) {
    EXPECT_EQ(refusal(function, query), "accepted") << query;
  }
  EXPECT_EQ(refusal("resume-blue-visitor-counter:live", "Qualifier=live"), "accepted");
}

TEST(InvokeRequest, FindsNoOtherFunctionAndNoOtherQualifier) {
  for (const auto& [name, query] :
       std::initializer_list<std::pair<std::string, std::string>>{{"other", ""},
                                                                  {"resume-green-visitor-counter", ""},
                                                                  {"resume-blue-visitor-counter:1", ""},
                                                                  {"resume-blue-visitor-counter", "Qualifier=$latest"},
                                                                  {"resume-blue-visitor-counter", "Qualifier=other"}}) {
    EXPECT_EQ(refusal(name, query), "404 ResourceNotFoundException") << name << query;
  }
  EXPECT_EQ(
      read("other:1", {.method = "POST"}).error().body,
      R"({"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:000000000000:function:other:1"})");
  EXPECT_EQ(read("arn:aws:lambda:eu-west-1:123456789012:function:other", {.method = "POST"}).error().body,
            R"({"Type":"User","Message":"Function not found: arn:aws:lambda:eu-west-1:123456789012:function:other"})");
}

TEST(InvokeRequest, WithTwoDifferentQualifiersIsRefused) {
  EXPECT_EQ(refusal("resume-blue-visitor-counter:live", "Qualifier=$LATEST"), "400 InvalidParameterValueException");
}

TEST(InvokeRequest, WithABadNameIsRefused) {
  const std::string long_name(limits::function_name_chars_max + 1, 'a');
  const std::string long_qualifier(limits::qualifier_chars_max + 1, 'a');
  for (const std::string& name :
       {std::string("a b"), std::string("a.b"), std::string("%ff"), std::string("%"), std::string("a%3"), long_name,
        "a:" + long_qualifier, std::string("a:"), std::string(":a"), std::string("a:b:c"), std::string("1:function:a"),
        std::string("123456789012:other:a"), std::string("123456789012:function:a:b:c"),
        std::string("arn:aws:s3:us-east-1:123456789012:function:a"),
        std::string("arn:aws:lambda::123456789012:function:a"),
        std::string("arn:other:lambda:us-east-1:123456789012:function:a"),
        std::string("arn:aws:lambda:us-east-1:123456789012:function:a:b:c")}) {
    EXPECT_EQ(refusal(name), "400 ValidationException") << name;
  }
  EXPECT_EQ(refusal(function, "Qualifier=a%20b"), "400 ValidationException");
  EXPECT_TRUE(read("%ffa%0a", {.method = "POST"}).error().body.contains("Value '?a?' at 'functionName'"));
}

TEST(InvokeRequest, SaysWhetherTheCallerWaitsAndWantsTheLog) {
  const auto asked = [](std::string_view fields) {
    return *read(function, {.method = "POST", .path = "", .query = "", .fields = http::Fields(fields), .body = ""});
  };
  EXPECT_EQ(asked("").type, InvocationType::request_response);
  EXPECT_EQ(asked("").log, LogType::none);
  EXPECT_EQ(asked("x-amz-invocation-type: Event\r\n").type, InvocationType::event);
  EXPECT_EQ(asked("X-Amz-Invocation-Type: DryRun\r\n").type, InvocationType::dry_run);
  EXPECT_EQ(asked("X-Amz-Log-Type: Tail\r\n").log, LogType::tail);
  EXPECT_EQ(refusal(function, "", "X-Amz-Invocation-Type: event\r\n"), "400 ValidationException");
  EXPECT_EQ(refusal(function, "", "X-Amz-Log-Type: all\r\n"), "400 ValidationException");
}

TEST(InvokeRequest, WithoutAPayloadHasAnEmptyEvent) {
  EXPECT_EQ(read(function, {.method = "POST"})->payload, "{}");
  EXPECT_EQ(read(function, {.method = "POST", .path = "", .query = "", .fields = {}, .body = "[]"})->payload, "[]");
}

TEST(InvokeRequest, HasLambdasBounds) {
  const std::string payload(limits::invoke_payload_bytes_max + 1, ' ');
  const std::string_view largest = std::string_view(payload).substr(1);
  const std::string_view largest_event = largest.substr(0, limits::invoke_event_bytes_max);
  EXPECT_EQ(refusal(function, "", "", largest), "accepted");
  EXPECT_EQ(refusal(function, "", "", payload), "413 RequestTooLargeException");
  EXPECT_EQ(refusal(function, "", "X-Amz-Invocation-Type: Event\r\n", largest_event), "accepted");
  EXPECT_EQ(refusal(function, "", "X-Amz-Invocation-Type: Event\r\n", largest), "413 RequestTooLargeException");
  EXPECT_EQ(refusal(function, "", "X-Amz-Invocation-Type: DryRun\r\n", payload), "accepted");
  EXPECT_EQ(
      read(function, {.method = "POST", .path = "", .query = "", .fields = {}, .body = payload}).error().body,
      "{\"Type\":\"User\",\"message\":\"6291457 byte payload is too large for the RequestResponse invocation type "
      "(limit 6291456 bytes)\"}");
}

TEST(InvokeRequest, ThatIsNoJsonIsRefusedInLambdasWords) {
  const InvokeError error = no_json("not \"JSON\"");
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.type, "InvalidRequestContentException");
  EXPECT_EQ(error.body, R"({"Type":"User","message":"Could not parse request body into json: not \"JSON\""})");
}

}  // namespace
}  // namespace vc::lambda
