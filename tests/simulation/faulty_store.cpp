#include "simulation/faulty_store.hpp"

#include <array>
#include <utility>

namespace vc::simulation {

using counter::Addition;
using counter::Count;
using counter::Counter;
using counter::CounterId;
using counter::Outcome;
using counter::Record;
using counter::StoreError;
using counter::StoreFault;
using counter::StoreResult;

namespace {

const std::array<Counter, 3>& counters() {
  static const std::array<Counter, 3> all{Counter{*CounterId::parse("main")}, Counter{*CounterId::parse("other")},
                                          Counter{*CounterId::parse("corrected")}};
  return all;
}

std::size_t index_of(const Counter& counter) { return static_cast<std::size_t>(&counter - counters().data()); }

void conclude(std::span<Addition> batch, Outcome outcome) {
  for (Addition& addition : batch) addition.outcome = outcome;
}

}  // namespace

const Counter& counter_at(unsigned index) { return counters().at(index); }

void FaultyStore::add(std::span<Addition> batch, WallTime) {
  if (broken_ && !plan_.planted(Bug::answers_after_break)) return conclude(batch, Outcome::not_counted);
  const Counts counts = added(batch);
  const Fault fault = draw();
  if (fault == Fault::none) return commit(counts);
  fail(batch, fault, counts);
}

/// Fills in the additions as if all went well, and returns the counts then. At its limit a counter refuses by itself.
Counts FaultyStore::added(std::span<Addition> batch) {
  Counts counts = counts_;
  for (Addition& addition : batch) {
    if (faulty(plan_.at_limit)) continue;
    Count& count = counts.at(index_of(*addition.counter));
    count += addition.visits;
    addition.count_after = plan_.planted(Bug::is_off_by_one) && addition.visits > 1 ? count + 1 : count;
    addition.outcome = Outcome::counted;
  }
  return counts;
}

FaultyStore::Fault FaultyStore::draw() {
  using enum Fault;
  const std::array<std::pair<Fault, unsigned>, 6> faults{{{full, plan_.full},
                                                          {error_before_commit, plan_.error_before_commit},
                                                          {error_at_sync, plan_.error_at_sync},
                                                          {lost_answer, plan_.lost_answer},
                                                          {impossible_answer, plan_.impossible_answer},
                                                          {death_in_commit, plan_.death_in_commit}}};
  for (const auto& [fault, permille] : faults) {
    if (faulty(permille)) return fault;
  }
  return none;
}

void FaultyStore::commit(const Counts& counts) {
  counts_ = counts;
  disk_.write(counts);
  if (!plan_.planted(Bug::answers_before_durable)) disk_.sync();
}

void FaultyStore::fail(std::span<Addition> batch, Fault fault, const Counts& counts) {
  switch (fault) {
    case Fault::none: return;
    case Fault::full:
      if (plan_.planted(Bug::forgets_to_roll_back)) counts_ = counts;
      return conclude(batch, Outcome::not_counted);
    case Fault::error_before_commit:
      broken_ = StoreError{StoreFault::storage, "an error before the commit"};
      return conclude(batch, Outcome::not_counted);
    case Fault::error_at_sync:
      broken_ = StoreError{StoreFault::storage, "an error at the sync"};
      counts_ = counts;
      disk_.write(counts);
      disk_.fail_sync(dice_);
      if (!plan_.planted(Bug::counts_on_error)) conclude(batch, Outcome::unknown);
      return;
    case Fault::lost_answer: return lose_answer(batch, counts);
    case Fault::impossible_answer:
      commit(counts);
      for (Addition& addition : batch) addition.count_after = addition.visits - 1;
      return;
    case Fault::death_in_commit:
      disk_.write(counts);
      if (dice_.chance(500)) disk_.sync();
      died_ = true;
      return;
  }
}

// As over a network: the store did it or did not, and goes on either way.
void FaultyStore::lose_answer(std::span<Addition> batch, const Counts& counts) {
  const bool done = dice_.chance(500);
  if (done) commit(counts);
  if (plan_.planted(Bug::retries_a_failed_batch)) return commit(added(batch));
  conclude(batch, plan_.planted(Bug::takes_unknown_for_not_counted) ? Outcome::not_counted : Outcome::unknown);
}

StoreResult<std::optional<Record>> FaultyStore::read(const Counter& counter, WallTime) {
  if (broken_) return std::unexpected(*broken_);
  return Record{.visit_count = counts_.at(index_of(counter)), .created_date = {}, .last_updated = {}, .expires = {}};
}

StoreResult<Record> FaultyStore::set(const Counter& counter, Count count, WallTime now) {
  if (broken_) return std::unexpected(*broken_);
  Counts counts = counts_;
  counts.at(index_of(counter)) = count;
  commit(counts);
  return **read(counter, now);
}

const StoreError* FaultyStore::broken() const {
  return broken_ && !plan_.planted(Bug::answers_after_break) ? &*broken_ : nullptr;
}

}  // namespace vc::simulation
