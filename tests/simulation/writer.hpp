// One life of a process that counts in the table: the product's own decisions, driven by events.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "counter/store.hpp"
#include "simulation/network.hpp"
#include "simulation/plan.hpp"
#include "simulation/timeline.hpp"
#include "store/dynamodb/retries.hpp"
#include "store/dynamodb/sequence.hpp"
#include "store/dynamodb/slot_write.hpp"

namespace vc::simulation {

/// Visits that are counted together, or a correction, and what its writer was told.
struct Batch {
  unsigned index = 0;
  Change::Kind kind = Change::Kind::add;
  counter::Count amount = 0;
  Time sent = 0;
  Time answered = 0;
  bool told = false;
  counter::Outcome outcome = counter::Outcome::unknown;
  counter::Count ended_at = 0;  // if counted
};

/// Does what the store does between two answers of the table (store/dynamodb/store.cpp), with the same parts.
class Writer final {
 public:
  /// Lifetime: all outlive the writer.
  Writer(unsigned life, const Plan& plan, Timeline& timeline, Network& network);

  /// Requires: idle.
  void begin(Batch& batch, const counter::Counter& counter, WallTime now);

  void hear(const TableReply& reply);
  void lose_patience();
  void end_pause();

  /// Ends at once. Whoever waits is told nothing.
  void end();

  bool alive() const { return alive_; }
  bool awaits(const Question& question) const { return alive_ && waiting_ && question.number == asked_; }
  /// By how much its clock is ahead.
  std::chrono::milliseconds skew() const { return skew_; }

 private:
  void send();
  void ask(Question::Kind kind, const Update& update);
  void hear_of_update(const TableReply& reply);
  void decide(const std::optional<Item>& item);
  void wait_to_retry(Verdict verdict);
  void tell(counter::Outcome outcome, counter::Count ended_at = 0);
  void leave_slot();
  void forget_most_random_bits();

  const unsigned life_;
  const Plan& plan_;
  Timeline& timeline_;
  Network& network_;
  unsigned slot_;
  const std::chrono::milliseconds skew_;
  store::dynamodb::Sequences sequences_;
  store::dynamodb::Retries retries_;

  Change change_;
  Batch* batch_ = nullptr;
  std::optional<store::dynamodb::SlotWrite> write_;
  Sequence sent_;
  Time deadline_ = 0;
  Time unsent_deadline_ = 0;
  int attempt_ = 0;
  int looks_ = 0;  // for the item, after the update's condition failed
  bool looking_ = false;
  unsigned asked_ = 0;
  bool waiting_ = false;  // for the answer to the last question
  bool alive_ = true;
  std::uint64_t largest_ = 0;  // milliseconds sent or seen, for a bug
};

}  // namespace vc::simulation
