#include "simulation/table.hpp"

#include <utility>

namespace vc::simulation {

using counter::Count;
using counter::Record;

bool Table::apply(const Update& update) {
  if (!holds(update)) return false;
  const Change& change = update.change;
  const bool adds_to = change.kind == Change::Kind::add && update.form == Form::live;
  if (adds_to) {
    *count_ += change.amount;
    eras_.back().after = *count_;
  } else {
    begin_era(change.kind == Change::Kind::add ? 0 : change.amount, change.amount);
  }
  there_ = true;
  expires_ = expiry(*change.counter, change.now);
  if (update.form == Form::live || !plan_.planted(Bug::creates_without_a_slot)) {
    slots_.at(update.slot) = {update.sequence, *count_};
  }
  applications_.push_back({update.batch, eras_.size() - 1, *count_});
  return true;
}

bool Table::holds(const Update& update) const {
  if (live(update.change) != (update.form == Form::live)) return false;
  if (plan_.planted(Bug::has_no_slot_condition)) return true;
  if (update.form == Form::absent && plan_.planted(Bug::creates_without_a_slot)) return true;
  const auto& last = slots_.at(update.slot).sequence;
  return !last || *last < update.sequence;
}

bool Table::live(const Change& change) const { return count_ && !expired(*change.counter, expires_, change.now); }

std::optional<Item> Table::item(unsigned slot) const {
  if (!there_) return std::nullopt;
  Item item;
  if (count_) {
    item.record = Record{.visit_count = *count_, .created_date = {}, .last_updated = {}, .expires = expires_};
  }
  item.sequence = slots_.at(slot).sequence;
  if (item.sequence) item.ended_at = slots_.at(slot).ended_at;
  return item;
}

Count Table::add_plainly() {
  there_ = true;
  if (!count_) begin_era(0, 0);
  eras_.back().after = ++*count_;
  return *count_;
}

void Table::remove() {
  there_ = false;
  count_.reset();
  expires_.reset();
  slots_ = {};
  ++record_;
}

void Table::begin_era(Count before, Count after) {
  count_ = after;
  eras_.push_back({.before = before, .after = after, .record = record_});
}

}  // namespace vc::simulation
