// Makes a failure small enough to be read.
#pragma once

#include "simulation/plan.hpp"

namespace vc::simulation {

/// A smaller plan of the same seed that still fails: fewer clients and requests, fewer kinds of faults.
/// Requires: the plan fails.
Plan shrink(const Plan& plan);

}  // namespace vc::simulation
