// A whole life of the product in virtual time: clients, processes one after the other, a disk, and who disturbs them.
#pragma once

#include <string>
#include <vector>

#include "simulation/plan.hpp"
#include "simulation/timeline.hpp"

namespace vc::simulation {

struct Report {
  std::vector<std::string> violations;
  std::vector<std::string> trace;  // what happened, if it was asked for
};

/// Lets the world of a plan happen: the same plan, the same report.
Report run(const Plan& plan, Tracing tracing = Tracing::off);

}  // namespace vc::simulation
