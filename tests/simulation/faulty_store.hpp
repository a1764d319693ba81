// A store on the simulated disk that fails in every way a store is allowed to.
#pragma once

#include <optional>
#include <span>

#include "counter/store.hpp"
#include "simulation/dice.hpp"
#include "simulation/disk.hpp"
#include "simulation/plan.hpp"

namespace vc::simulation {

/// The counters of the simulation: the one everybody counts on, another one, and one that is corrected by hand.
inline constexpr unsigned main_counter = 0;
inline constexpr unsigned other_counter = 1;
inline constexpr unsigned corrected_counter = 2;
const counter::Counter& counter_at(unsigned index);

class FaultyStore final : public counter::CounterStore {
 public:
  /// Opens what the disk holds. Lifetime: all outlive the store.
  FaultyStore(Disk& disk, const Plan& plan, Dice& dice, const Weather& weather)
      : disk_(disk), plan_(plan), dice_(dice), weather_(weather), counts_(disk.seen()) {}

  void add(std::span<counter::Addition> batch, WallTime now) override;
  counter::StoreResult<std::optional<counter::Record>> read(const counter::Counter& counter, WallTime now) override;
  counter::StoreResult<counter::Record> set(const counter::Counter& counter, counter::Count count,
                                            WallTime now) override;
  const counter::StoreError* broken() const override;

  /// Its process died in the middle of a commit.
  bool died() const { return died_; }

 private:
  enum class Fault { none, full, error_before_commit, error_at_sync, lost_answer, impossible_answer, death_in_commit };

  Fault draw();
  bool faulty(unsigned permille) { return weather_ == Weather::faulty && dice_.chance(permille); }
  Counts added(std::span<counter::Addition> batch);
  void commit(const Counts& counts);
  void fail(std::span<counter::Addition> batch, Fault fault, const Counts& counts);
  void lose_answer(std::span<counter::Addition> batch, const Counts& counts);

  Disk& disk_;
  const Plan& plan_;
  Dice& dice_;
  const Weather& weather_;
  Counts counts_;  // the owner's cache: nobody else writes
  std::optional<counter::StoreError> broken_;
  bool died_ = false;
};

}  // namespace vc::simulation
