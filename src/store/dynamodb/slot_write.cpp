#include "store/dynamodb/slot_write.hpp"

#include "limits.hpp"

namespace vc::store::dynamodb {

using counter::Outcome;

SlotWrite::Step SlotWrite::condition_failed(const std::optional<Item>& item, std::chrono::milliseconds elapsed) {
  ++sends_;
  if (item && item->sequence) sequences_.seen(*item->sequence);

  if (item && item->sequence == sequence_) {  // an earlier copy was applied
    if (item->ended_at) return Done{*item->ended_at};
    return Failed{.outcome = Outcome::unknown};
  }
  if (item && item->sequence > sequence_) {
    if (sends_ > 1) return Failed{.outcome = Outcome::unknown};  // an earlier copy may have been, and overwritten
    sequence_ = sequences_.next(change_.now + elapsed);
    sends_ = 0;
  }

  form_ = item && item->live(*change_.counter, change_.now) ? Form::live : Form::absent;
  const counter::Count found = form_ == Form::live ? item->record->visit_count : 0;
  if (change_.expected && found != *change_.expected) {
    const Outcome outcome = give_up().outcome;  // a copy that is still on its way may find the count as expected
    return Failed{.outcome = outcome, .instead = outcome == Outcome::unknown ? std::nullopt : std::optional(found)};
  }
  const bool adds_to = change_.kind == Change::Kind::add && form_ == Form::live;
  if (adds_to && item->record->visit_count > limits::count_max - change_.amount) {
    return Failed{.outcome = give_up().outcome, .full = true};
  }
  return send();
}

}  // namespace vc::store::dynamodb
