#include "lambda/runtime.hpp"

#include <exception>
#include <utility>

namespace vc::lambda {
namespace {

Answer answer_to(const Invocation& invocation, Handler& handler) {
  try {
    return handler.handle(invocation);
  } catch (const std::exception& reason) {
    handler.failed(invocation, reason.what());
    return std::unexpected(FunctionError{"Runtime.InternalError", "the function failed"});
  }
}

}  // namespace

Error run(RuntimeApi& api, Handler& handler) {
  for (;;) {
    const auto invocation = api.next();
    if (!invocation) return invocation.error();
    Answer answer = answer_to(*invocation, handler);
    const Handed handed =
        answer ? api.respond(*invocation, std::move(*answer)) : api.report(*invocation, answer.error());
    if (handed) continue;
    handler.refused(*invocation, handed.error().detail);
    if (handed.error().container == Refusal::Container::broken) {
      return fail("the Runtime API is broken: {}", handed.error().detail).error();
    }
  }
}

}  // namespace vc::lambda
