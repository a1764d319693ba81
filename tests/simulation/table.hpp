// One counter's record in a table that many writers share, as an engine keeps it. What no engine does: it writes down
// which batches it has applied, for the judge.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "counter/counter.hpp"
#include "simulation/plan.hpp"
#include "store/dynamodb/item.hpp"
#include "store/dynamodb/requests.hpp"
#include "store/dynamodb/sequence.hpp"

namespace vc::simulation {

using store::dynamodb::Change;
using store::dynamodb::Form;
using store::dynamodb::Item;
using store::dynamodb::Sequence;

/// `UpdateItem` of one batch.
struct Update {
  Change change;
  Form form = Form::live;
  unsigned slot = 0;
  Sequence sequence;
  unsigned batch = 0;
};

class Table final {
 public:
  /// Counts that follow from each other: from a creation or a correction to the next.
  struct Era {
    counter::Count before = 0;
    counter::Count after = 0;
    unsigned record = 0;  // deleted and made again, it is another one
  };
  struct Application {
    unsigned batch = 0;
    std::size_t era = 0;
    counter::Count ended_at = 0;
  };

  /// Lifetime: the plan outlives the table.
  explicit Table(const Plan& plan) : plan_(plan) {}

  /// Whether the condition held, and so the update was applied.
  bool apply(const Update& update);

  /// What the writer in a slot sees of the item; nullopt if there is none.
  std::optional<Item> item(unsigned slot) const;

  /// What the original program does: `ADD visit_count 1`, without a condition. Returns the count after it.
  counter::Count add_plainly();

  /// The whole item, slots and all, as a purge does it.
  void remove();
  /// The count alone; the slots stay.
  void remove_count() { count_.reset(); }

  const std::vector<Era>& eras() const { return eras_; }
  const std::vector<Application>& applications() const { return applications_; }

 private:
  struct Slot {
    std::optional<Sequence> sequence;
    counter::Count ended_at = 0;
  };

  bool holds(const Update& update) const;
  bool live(const Change& change) const;
  void begin_era(counter::Count before, counter::Count after);

  const Plan& plan_;
  bool there_ = false;
  std::optional<counter::Count> count_;
  std::optional<std::chrono::sys_seconds> expires_;
  std::array<Slot, store::dynamodb::slots> slots_{};
  unsigned record_ = 0;
  std::vector<Era> eras_;
  std::vector<Application> applications_;
};

}  // namespace vc::simulation
