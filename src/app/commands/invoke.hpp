// One event through the function from the command line: by the server that owns the store, if one runs, else here.
#pragma once

#include <string>

#include "app/commands/counters.hpp"
#include "base/result.hpp"

namespace vc::app {

/// What the function has answered, a line of JSON, and what is wrong with it in words; empty: nothing is.
struct Invoked {
  std::string answer;
  std::string trouble;
};

/// A malformed event is an answer too: a function error, as Lambda's callers see it.
/// Errors: no such store, no answer from the server.
Result<Invoked> invoke(const CounterPlace& place, const std::string& event);

}  // namespace vc::app
