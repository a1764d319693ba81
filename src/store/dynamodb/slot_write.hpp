// One change of one counter, exactly once, over a network that loses and repeats: a state machine without network,
// clock or random source. What was sent and what came back go in, what to send next comes out.
#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include "counter/store.hpp"
#include "store/dynamodb/item.hpp"
#include "store/dynamodb/requests.hpp"
#include "store/dynamodb/sequence.hpp"

namespace vc::store::dynamodb {

/// A writer has one slot and one change under way at a time. The sequence that it writes into the slot is in every copy
/// of a request: an item that shows it tells that a copy was applied, and none is applied once a larger one is there.
class SlotWrite final {
 public:
  struct Send {
    Form form;
    Sequence sequence;
  };
  struct Done {
    counter::Count ended_at;
  };
  struct Failed {
    counter::Outcome outcome;               // not_counted or unknown
    bool full = false;                      // the count is at its limit
    std::optional<counter::Count> instead;  // of the count that is expected, where nothing was written for that
  };
  using Step = std::variant<Send, Done, Failed>;

  /// Lifetime: the sequences outlive it.
  SlotWrite(const Change& change, Sequences& sequences)
      : change_(change), sequences_(sequences), sequence_(sequences.next(change.now)) {}

  /// What to send: first, and again after a copy came to nothing.
  Send send() const { return {form_, sequence_}; }

  /// The condition of what was sent has failed, and this is the item: as it was then, or as a consistent read found it
  /// since. nullopt: there is none. A larger sequence is of the present, so that a writer who shares the slot, and
  /// began later, does not come first again and again: `elapsed` is how long ago the change was made.
  Step condition_failed(const std::optional<Item>& item,
                        std::chrono::milliseconds elapsed = std::chrono::milliseconds::zero());

  /// What was sent has been refused: it was not applied.
  void refused() { ++sends_; }

  /// What was sent may have been applied.
  void lost() {
    ++sends_;
    lost_ = true;
  }

  /// No more is sent. What never left us, or was refused, does not count.
  Failed give_up() const { return {.outcome = lost_ ? counter::Outcome::unknown : counter::Outcome::not_counted}; }

 private:
  const Change change_;
  Sequences& sequences_;
  Form form_ = Form::live;
  Sequence sequence_;
  int sends_ = 0;      // of this sequence
  bool lost_ = false;  // one of them
};

}  // namespace vc::store::dynamodb
