#include "simulation/plan.hpp"

#include <fmt/format.h>

#include <iterator>

#include "simulation/dice.hpp"

namespace vc::simulation {
namespace {

/// Off in half of the worlds; else from rare to half of the time, each order of magnitude as likely.
unsigned rate(Dice& dice) { return dice.chance(500) ? 0 : 500U >> dice.below(7); }

unsigned few(Dice& dice) { return dice.chance(600) ? 0 : dice.between(1, 3); }

}  // namespace

Plan derive(std::uint64_t seed, Bug bug) {
  Dice dice(seed);
  Plan plan{.seed = seed, .bug = bug};
  plan.clients = dice.between(1, 12);
  plan.requests_each = dice.between(1, 12);
  plan.desks = dice.between(1, 3);
  plan.queued_visits_max = dice.between(1, 12);
  for (unsigned Plan::* const permille :
       {&Plan::other_counter, &Plan::reads, &Plan::corrections, &Plan::impatience, &Plan::slow, &Plan::full,
        &Plan::at_limit, &Plan::error_before_commit, &Plan::error_at_sync, &Plan::lost_answer, &Plan::impossible_answer,
        &Plan::death_in_commit}) {
    plan.*permille = rate(dice);
  }
  for (unsigned Plan::* const times : {&Plan::stops, &Plan::kills, &Plan::power_cuts, &Plan::rivals}) {
    plan.*times = few(dice);
  }
  return plan;
}

std::string text(const Plan& plan) {
  std::string text = fmt::format("seed {}", plan.seed);
  for (const Knob& knob : knobs) {
    if (plan.*knob.value != 0) fmt::format_to(std::back_inserter(text), ", {} {}", knob.name, plan.*knob.value);
  }
  return text;
}

}  // namespace vc::simulation
