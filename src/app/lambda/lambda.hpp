// The serverless program: the same function, with AWS as its gateway and a table as its store.
#pragma once

#include "base/environment.hpp"

namespace vc::app {

/// Opens the table, then answers events until Lambda ends the process or the container is broken: 1, for there is no
/// other end.
int run_lambda(const Environment& environment);

}  // namespace vc::app
