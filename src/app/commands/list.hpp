// The command `list`: every counter of a store.
#pragma once

#include <string>
#include <vector>

#include "app/commands/counters.hpp"
#include "counter/full_store.hpp"

namespace vc::app {

/// By their ids; what is expired is left out. Errors: no such store, no answer.
Result<std::vector<counter::Entry>> list_counters(const CounterPlace& place);

/// For people: a line each, under a heading.
std::string as_table(const std::vector<counter::Entry>& entries);

}  // namespace vc::app
