// The function on a store, without anything in between: one request at a time, as Lambda has it.
#pragma once

#include <string>
#include <string_view>

#include "counter/store.hpp"
#include "function/function.hpp"

namespace vc::function {

/// What is answered, and what the log may say about it.
struct Answer {
  http::Response response;
  std::string_view outcome;  // counted, not-counted, unknown; read, failed; preflight; refused
  std::string reason;        // of a store that failed
};

/// Blocks as the store does.
Answer answer(const Function& function, const Plan& plan, counter::CounterStore& store, WallTime now,
              std::string_view request_id);

}  // namespace vc::function
