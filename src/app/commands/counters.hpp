// Looking at a counter and correcting it from the command line: through the server that owns the store, if one runs,
// else in the store itself.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/config/config.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "counter/full_store.hpp"
#include "ops/record_json.hpp"

namespace vc::app {

/// Where a counter is: in the server whose ops listener was named, else where the configured store is.
struct CounterPlace {
  const Config& config;
  std::optional<http::Endpoint> ops;
};

/// The ops listener of the server that has the store; empty if the store is ours to open.
std::string ops_of_owner(const CounterPlace& place);

/// Whether an SQLite file that is not there is made. A table never is.
enum class IfAbsent { create, refuse };

/// The configured store, for a command that has it to itself. Lifetime: the clock outlives it.
Result<std::unique_ptr<counter::FullStore>> open_counters(const Config& config, IfAbsent if_absent, const Clock& clock);

/// What a store says, for the operator, who is the one that asked.
std::unexpected<Error> store_failed(const counter::StoreError& error);

/// The record as JSON. Errors: no such counter, no such store, no answer.
Result<std::string> get_counter(const CounterPlace& place, const counter::CounterId& id);

/// Asks the running server whether it is ready to count. Errors: it is not, and why; none runs.
Result<void> check_health(const CounterPlace& place);

/// Sets the count, creating counter and store if they are absent; the record as JSON. Errors: the count is not the
/// expected one, if one is expected: then nothing is changed.
Result<std::string> set_counter(const CounterPlace& place, const counter::CounterId& id,
                                const ops::Correction& correction);

}  // namespace vc::app
