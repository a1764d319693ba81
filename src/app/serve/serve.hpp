// The server: builds the parts, hands them in, runs until it is told to stop.
#pragma once

#include "app/config/config.hpp"
#include "app/serve/reload.hpp"
#include "base/result.hpp"

namespace vc::app {

/// Runs until SIGTERM or SIGINT, or until the store is broken; everything in flight is answered before it returns. A
/// second signal ends the process at once. SIGHUP reads the configuration again. Errors: could not start, or the store
/// broke.
Result<void> serve(const Configuration& configuration, ReadConfiguration read_again);

}  // namespace vc::app
