#include "simulation/disk.hpp"

#include <algorithm>

namespace vc::simulation {

void Disk::sync() {
  for (Commit& commit : log_) {
    if (commit.state == State::dirty) commit.state = State::durable;
  }
}

void Disk::fail_sync(Dice& dice) {
  for (Commit& commit : log_) {
    if (commit.state == State::dirty) commit.state = dice.chance(500) ? State::durable : State::lost;
  }
}

void Disk::cut_power(Dice& dice) {
  fail_sync(dice);
  fold_up_to_lost();
}

void Disk::recover() {
  sync();
  fold_up_to_lost();
}

void Disk::fold_up_to_lost() {
  const auto hole = std::ranges::find(log_, State::lost, &Commit::state);
  if (hole != log_.begin()) folded_ = std::prev(hole)->counts;
  log_.clear();
}

}  // namespace vc::simulation
