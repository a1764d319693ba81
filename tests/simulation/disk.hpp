// A disk under a page cache, as far as a write-ahead log feels it: what is written can be read at once, and is lost
// with the power until it is synced. After a failed sync it can be read for ever and is never written: what Linux
// does, and why a start must not believe the cache.
#pragma once

#include <array>
#include <vector>

#include "counter/counter.hpp"
#include "simulation/dice.hpp"

namespace vc::simulation {

/// The counts of all counters after one commit.
using Counts = std::array<counter::Count, 3>;

class Disk final {
 public:
  /// What a reader sees, through the cache.
  const Counts& seen() const { return log_.empty() ? folded_ : log_.back().counts; }

  void write(const Counts& counts) { log_.push_back({counts, State::dirty}); }

  /// What is dirty becomes durable.
  void sync();

  /// The kernel tells of an error: what was dirty counts as clean from now on, wherever it is.
  void fail_sync(Dice& dice);

  /// Only what is durable stays, and by chance some of what is dirty. What stands behind a hole is lost with it.
  void cut_power(Dice& dice);

  /// As a start does it: drops the clean pages of the cache, reads the log from the disk and folds it, durably.
  void recover();

 private:
  enum class State { dirty, durable, lost };  // lost: only the cache has it
  struct Commit {
    Counts counts;
    State state;
  };

  /// What stands behind the first commit that is lost goes with it; the rest is folded.
  void fold_up_to_lost();

  Counts folded_{};
  std::vector<Commit> log_;
};

}  // namespace vc::simulation
