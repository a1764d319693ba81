// Many processes around one table in virtual time, and who disturbs them.
#pragma once

#include "simulation/world.hpp"

namespace vc::simulation {

/// Lets the world of a plan happen whose store is a table.
Report run_around_table(const Plan& plan, Tracing tracing);

}  // namespace vc::simulation
