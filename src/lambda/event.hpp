// The proxy event of API Gateway's REST APIs (payload 1.0, AWS_PROXY) and the answer to it: JSON to a request, a
// response to JSON. https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "function/function.hpp"
#include "http/message.hpp"

namespace vc::lambda {

/// What the function reads of an event. Owns what it holds.
struct Event {
  std::string method;
  std::string path;         // as the API's resources are written: without stage and base path
  std::string fields;       // `Name: value` CRLF, each value of a name
  std::string domain_name;  // that the request came through; empty: a direct invoke

  /// Lifetime: of the event.
  http::Request request() const {
    return {.method = method, .path = path, .query = "", .fields = http::Fields(fields), .body = ""};
  }
};

/// Why a text is no event, in words for whoever sent it.
struct EventError : Error {
  enum class Why { no_json, no_event } why;
};

/// Needs `path` and `httpMethod`; everything else may be null or absent, and what is not known is ignored.
/// Errors: no JSON object, a key of another type, a header that cannot be one. Such an event is a function error.
Result<Event, EventError> parse_event(std::string_view json);

/// With a production domain only what came through it is production: direct invokes are not. Without one, all is.
function::Traffic traffic_of(const Event& event, std::string_view production_domain);

/// The response as API Gateway expects it: `{"statusCode": 200, "headers": {…}, "body": "…", "isBase64Encoded":
/// false}`.
std::string to_json(const http::Response& response);

/// The errorType of an event that cannot be read.
inline constexpr std::string_view invalid_event = "Runtime.InvalidEvent";

/// A function error as callers of Lambda see it.
std::string error_json(std::string_view type, std::string_view message);

}  // namespace vc::lambda
