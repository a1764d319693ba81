// The Lambda Runtime API, 2018-06-01: how the platform hands out events and takes answers.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "aws/http.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace vc::lambda {

/// One event, and what the platform says about it.
struct Invocation {
  std::string request_id;
  std::string function_arn;
  std::string trace_id;  // X-Amzn-Trace-Id; may be empty
  WallTime deadline;     // the process is killed then
  std::string event;
};

/// What callers of Lambda see in place of an answer. The type is `Runtime.Reason` or `Function.Reason`.
struct FunctionError {
  std::string type;
  std::string message;
};

/// Why the platform has not taken an answer.
struct Refusal {
  enum class Container { works, broken } container = Container::works;  // broken: the process has to end
  std::string detail;
};

using Handed = Result<void, Refusal>;

/// Thread: one. Lifetime: the clock outlives it.
class RuntimeApi final {
 public:
  RuntimeApi(std::unique_ptr<aws::HttpClient> client, const Clock& clock) : client_(std::move(client)), clock_(clock) {}

  /// Waits for an event, for ever: the process may be frozen meanwhile. Errors: the platform does not answer as it
  /// should, and the process has to end.
  Result<Invocation> next();

  /// Hands over the result of an invocation, JSON. What the connection may have lost is handed over once more: the
  /// platform takes only one.
  Handed respond(const Invocation& invocation, std::string result);
  Handed report(const Invocation& invocation, const FunctionError& error);
  /// The process cannot work, and will end.
  Handed report_init(const FunctionError& error);

 private:
  Handed post(const aws::HttpRequest& request);

  std::unique_ptr<aws::HttpClient> client_;
  const Clock& clock_;
};

}  // namespace vc::lambda
