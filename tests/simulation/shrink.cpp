#include "simulation/shrink.hpp"

#include "simulation/world.hpp"

namespace vc::simulation {
namespace {

/// Sets one value to something smaller, if the world still fails then.
bool reduce(Plan& plan, const Knob& knob) {
  const unsigned now = plan.*knob.value;
  for (const unsigned smaller : {knob.least, now / 2, now - 1}) {
    if (smaller < knob.least || smaller >= now) continue;
    Plan reduced = plan;
    reduced.*knob.value = smaller;
    if (run(reduced).violations.empty()) continue;
    plan = reduced;
    return true;
  }
  return false;
}

}  // namespace

Plan shrink(const Plan& plan) {
  Plan smallest = plan;
  for (bool reduced = true; reduced;) {
    reduced = false;
    for (const Knob& knob : knobs) reduced |= reduce(smallest, knob);
  }
  return smallest;
}

}  // namespace vc::simulation
