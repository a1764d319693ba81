// Looking at a counter and correcting it from the command line: through the server that owns the store, if one runs,
// else in the store itself.
#pragma once

#include <optional>
#include <string>

#include "app/config.hpp"
#include "base/result.hpp"
#include "counter/counter.hpp"

namespace vc::app {

/// Where a counter is: in the server whose ops listener was named, else where the configured store is.
struct CounterPlace {
  const Config& config;
  std::optional<http::Endpoint> ops;
};

/// The ops listener of the server that has the store; empty if the store is ours to open.
std::string ops_of_owner(const CounterPlace& place);

/// The record as JSON. Errors: no such counter, no such store, no answer.
Result<std::string> get_counter(const CounterPlace& place, const counter::CounterId& id);

/// Asks the running server whether it is ready to count. Errors: it is not, and why; none runs.
Result<void> check_health(const CounterPlace& place);

/// Sets the count, creating counter and store if they are absent; the record as JSON.
Result<std::string> set_counter(const CounterPlace& place, const counter::CounterId& id, counter::Count count);

}  // namespace vc::app
