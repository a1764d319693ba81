// Lambda's Invoke API, 2015-03-31: what a caller asks for, and how it is refused. The AWS CLI and the SDKs speak it.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace vc::lambda {

enum class InvocationType { request_response, event, dry_run };
enum class LogType { none, tail };

struct InvokeRequest {
  InvocationType type = InvocationType::request_response;
  LogType log = LogType::none;
  std::string_view payload;  // `{}` where none was sent. Lifetime: of the request
};

/// Lambda's own refusals. The CLI reads the type, people the message in the body.
struct InvokeError {
  int status;
  std::string_view type;  // x-amzn-ErrorType
  std::string body;       // JSON
};

/// The only function there is, and what stands behind a colon or as `Qualifier`: nothing, `$LATEST`, or an alias.
struct DeployedFunction {
  std::string name;
  std::string alias;
};

/// NAME of `/2015-03-31/functions/NAME/invocations`, percent-encoded; nullopt: another path.
std::optional<std::string_view> invoked_name(std::string_view path);
/// The other way round. Requires: a name without anything to encode.
std::string invoke_path(std::string_view name);

/// `name` is invoked_name of the request: a function's name or ARN, with or without a qualifier.
/// Errors: no name, another function, an unknown header value, a payload that is too large.
Result<InvokeRequest, InvokeError> read_invoke_request(const http::Request& request, std::string_view name,
                                                       const DeployedFunction& deployed);

/// For a payload that is not JSON.
InvokeError no_json(std::string_view reason);

}  // namespace vc::lambda
