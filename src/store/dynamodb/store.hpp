// Counters in a DynamoDB table, or in any engine that speaks its protocol, shared by many writers.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "counter/full_store.hpp"
#include "limits.hpp"
#include "store/dynamodb/link.hpp"
#include "store/dynamodb/requests.hpp"
#include "store/dynamodb/retries.hpp"
#include "store/dynamodb/sequence.hpp"
#include "store/dynamodb/slot_write.hpp"
#include "store/dynamodb/timeline.hpp"

namespace vc::store {

/// One conditional UpdateItem a counter and batch, sent again until it is decided or its deadline has passed: counted
/// exactly once, whatever the network loses or repeats. A table that cannot be reached, does not answer, or refuses us,
/// is left alone for limits::dynamodb_rest; what comes meanwhile is refused at once. A writer that meets another in its
/// slot moves to another one.
///
/// Thread: one at a time. Never broken.
class DynamoDbStore final : public counter::FullStore {
 public:
  struct Options {
    std::string table;
    dynamodb::Engine engine = dynamodb::Engine::dynamodb;
    std::chrono::milliseconds deadline = limits::dynamodb_deadline;  // of a batch
  };

  /// Asks nothing yet.
  DynamoDbStore(Options options, dynamodb::Link link, std::shared_ptr<dynamodb::Timeline> timeline, Random random);

  /// No call lasts beyond it, until another end is set: that of the invocation which all calls are for.
  void finish_by(dynamodb::SteadyTime end) { end_ = end; }

  void add(std::span<counter::Addition> batch, WallTime now) override;
  counter::StoreResult<std::optional<counter::Record>> read(const counter::Counter& counter, WallTime now) override;
  counter::StoreResult<counter::Record> set(const counter::Counter& counter, counter::Count count,
                                            WallTime now) override;
  /// What has no count, or an id that no counter of ours has, is left out. Cost: a read of the whole table.
  counter::StoreResult<std::vector<counter::Entry>> list(const counter::CounterOf& counter_of, WallTime now) override;
  counter::StoreResult<Result<counter::Record, counter::Count>> set_if(const counter::Counter& counter,
                                                                       counter::Count expected, counter::Count count,
                                                                       WallTime now) override;
  /// Refused: a table does not write many items, all or none.
  counter::StoreResult<std::optional<counter::CounterId>> take_over(std::span<const counter::Entry> entries,
                                                                    counter::IfThere if_there,
                                                                    const counter::CounterOf& counter_of,
                                                                    WallTime now) override;
  counter::StoreResult<std::optional<std::string>> copy() override { return std::nullopt; }

 private:
  using SteadyTime = dynamodb::SteadyTime;

  /// What became of one change.
  struct Written {
    counter::Outcome outcome = counter::Outcome::not_counted;
    counter::Count ended_at = 0;
    std::optional<counter::Record> record;  // if counted
    counter::StoreError error;              // if not
    std::optional<counter::Count> instead;  // of the count that the change expects, and why it was not made
  };

  Written write(const dynamodb::Change& change, SteadyTime deadline);
  dynamodb::Reply send(const dynamodb::Change& change, const dynamodb::SlotWrite::Send& send, SteadyTime deadline);
  counter::StoreResult<std::optional<dynamodb::Item>> look(const counter::Counter& counter,
                                                           const dynamodb::Reply& failed, SteadyTime deadline);
  dynamodb::Reply ask_until(SteadyTime deadline, std::string_view operation, const std::string& body);
  counter::StoreResult<std::optional<dynamodb::Item>> get(const counter::Counter& counter, SteadyTime deadline);
  bool wait_to_retry(dynamodb::Verdict verdict, int attempt, SteadyTime deadline);
  SteadyTime deadline_after(std::chrono::milliseconds time) const;
  SteadyTime send_deadline(SteadyTime deadline) const;
  const counter::StoreError* resting() const;
  void rest_after(dynamodb::Verdict verdict, const counter::StoreError& error);
  void leave_slot();

  const Options options_;
  dynamodb::Link link_;
  const std::shared_ptr<dynamodb::Timeline> timeline_;
  Random random_;
  int slot_;
  dynamodb::Sequences sequences_;
  dynamodb::Retries retries_;
  SteadyTime end_ = SteadyTime::max();
  SteadyTime rests_until_;
  counter::StoreError rests_because_;
};

}  // namespace vc::store
