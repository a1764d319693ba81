// The loop of a Lambda environment: one event after the other, each answered before the next is asked for.
#pragma once

#include <string>

#include "base/result.hpp"
#include "lambda/runtime_api.hpp"

namespace vc::lambda {

/// JSON, or an error of the function.
using Answer = Result<std::string, FunctionError>;

/// What the events are for. Whatever it begins has to be finished when a call returns: the process is frozen between
/// events, and killed without notice.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  virtual Answer handle(const Invocation& invocation) = 0;

  /// A library has thrown: ours throw nothing. The invocation ends with an error of the function.
  virtual void failed(const Invocation& invocation, std::string_view reason) = 0;

  /// The platform did not take the answer.
  virtual void refused(const Invocation& invocation, std::string_view reason) = 0;
};

/// Answers events until the container is broken, and tells why it is.
Error run(RuntimeApi& api, Handler& handler);

}  // namespace vc::lambda
