// Looking at a counter and correcting it from the command line: through the server that owns the store, if one runs,
// else in the store itself.
#pragma once

#include <string>

#include "app/config.hpp"
#include "base/result.hpp"
#include "counter/counter.hpp"

namespace vc::app {

/// The record as JSON. Errors: no such counter, no such store, no answer.
Result<std::string> get_counter(const Config& config, const counter::CounterId& id);

/// Sets the count, creating counter and store if they are absent; the record as JSON.
Result<std::string> set_counter(const Config& config, const counter::CounterId& id, counter::Count count);

}  // namespace vc::app
