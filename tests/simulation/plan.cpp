#include "simulation/plan.hpp"

#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <iterator>

#include "simulation/dice.hpp"

namespace vc::simulation {
namespace {

/// Off in half of the worlds; else from rare to half of the time, each order of magnitude as likely.
unsigned rate(Dice& dice) { return dice.chance(500) ? 0 : 500U >> dice.below(7); }

unsigned few(Dice& dice) { return dice.chance(600) ? 0 : dice.between(1, 3); }

using Knobs = std::initializer_list<unsigned Plan::*>;

void set_rates(Plan& plan, Dice& dice, Knobs permille) {
  for (unsigned Plan::* const value : permille) plan.*value = rate(dice);
}

void set_times(Plan& plan, Dice& dice, Knobs times) {
  for (unsigned Plan::* const value : times) plan.*value = few(dice);
}

Plan derive_disk(Plan plan, Dice& dice) {
  plan.clients = dice.between(1, 12);
  plan.requests_each = dice.between(1, 12);
  plan.desks = dice.between(1, 3);
  plan.queued_visits_max = dice.between(1, 12);
  set_rates(plan, dice,
            {&Plan::other_counter, &Plan::reads, &Plan::corrections, &Plan::impatience, &Plan::slow, &Plan::full,
             &Plan::at_limit, &Plan::error_before_commit, &Plan::error_at_sync, &Plan::lost_answer,
             &Plan::impossible_answer, &Plan::death_in_commit});
  set_times(plan, dice, {&Plan::stops, &Plan::kills, &Plan::power_cuts, &Plan::rivals});
  return plan;
}

Plan derive_table(Plan plan, Dice& dice) {
  constexpr std::array<unsigned, 3> skews{0, 5'000, 3'600'000};
  plan.writers = dice.between(1, 5);
  plan.batches_each = dice.between(1, 10);
  plan.slots = dice.between(1, 3);
  plan.skew = skews.at(dice.below(skews.size()));
  plan.ttl_days = dice.below(2);
  plan.hides_item = dice.below(2);
  set_rates(plan, dice,
            {&Plan::corrections, &Plan::slow, &Plan::error_before_commit, &Plan::error_after_commit, &Plan::lost_answer,
             &Plan::unreachable, &Plan::throttled, &Plan::lost_request, &Plan::late_copy});
  set_times(plan, dice, {&Plan::kills, &Plan::days, &Plan::deletions, &Plan::lost_counts, &Plan::plain_additions});
  return plan;
}

}  // namespace

Plan derive(Store store, std::uint64_t seed, Bug bug) {
  Dice dice(seed);
  const Plan plan{.seed = seed, .store = store, .bug = bug};
  return store == Store::disk ? derive_disk(plan, dice) : derive_table(plan, dice);
}

std::string text(const Plan& plan) {
  std::string text = fmt::format("seed {}", plan.seed);
  for (const Knob& knob : knobs) {
    if (plan.*knob.value != 0) fmt::format_to(std::back_inserter(text), ", {} {}", knob.name, plan.*knob.value);
  }
  return text;
}

}  // namespace vc::simulation
