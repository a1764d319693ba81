#include "simulation/writer.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "limits.hpp"

namespace vc::simulation {

using counter::Count;
using counter::Outcome;
using store::dynamodb::Sequences;
using store::dynamodb::SlotWrite;

namespace {

constexpr Time milliseconds(std::chrono::milliseconds time) { return time.count(); }

}  // namespace

Writer::Writer(unsigned life, const Plan& plan, Timeline& timeline, Network& network)
    : life_(life),
      plan_(plan),
      timeline_(timeline),
      network_(network),
      slot_(timeline.dice().below(plan.slots)),
      skew_(timeline.dice().below(plan.skew + 1)),
      sequences_(Random(timeline.dice().bits())),
      retries_(Random(timeline.dice().bits())) {}

void Writer::begin(Batch& batch, const counter::Counter& counter, WallTime now) {
  if (plan_.planted(Bug::has_few_random_bits)) forget_most_random_bits();
  batch_ = &batch;
  batch.sent = timeline_.now();
  change_ = {batch.kind, &counter, batch.amount, now};
  write_.emplace(change_, sequences_);
  deadline_ = timeline_.now() + milliseconds(limits::dynamodb_deadline);
  unsent_deadline_ = timeline_.now() + milliseconds(limits::dynamodb_unsent_deadline);
  attempt_ = 0;
  send();
}

void Writer::send() {
  looking_ = false;
  const SlotWrite::Send sending = write_->send();
  sent_ = sending.sequence;
  largest_ = std::max(largest_, sent_.milliseconds);
  ask(Question::Kind::update, {change_, sending.form, slot_, sending.sequence, batch_->index});
}

void Writer::ask(Question::Kind kind, const Update& update) {
  ++asked_;
  waiting_ = true;
  network_.send({life_, asked_, kind, update});
  const auto patience = std::min<Time>(deadline_ - timeline_.now(), milliseconds(limits::dynamodb_deadline) / 2);
  const auto bound = static_cast<unsigned>(std::max<Time>(patience, 0));
  timeline_.schedule(bound, bound, What::patience_ends, life_, asked_);
}

void Writer::lose_patience() { hear({Verdict::unclear, {}}); }

void Writer::hear(const TableReply& reply) {
  waiting_ = false;
  if (!looking_) return hear_of_update(reply);
  if (reply.verdict != Verdict::done) return wait_to_retry(reply.verdict);
  retries_.succeeded();
  decide(reply.item);
}

void Writer::hear_of_update(const TableReply& reply) {
  if (reply.verdict == Verdict::done) {
    retries_.succeeded();
    return tell(Outcome::counted, reply.item->record->visit_count);
  }
  if (reply.verdict == Verdict::condition_failed) {
    if (plan_.hides_item == 0) return decide(reply.item);
    looking_ = true;
    looks_ = 0;
    return ask(Question::Kind::get, {.slot = slot_});
  }
  if (reply.verdict == Verdict::unclear) write_->lost();
  if (reply.verdict == Verdict::throttled) write_->refused();
  wait_to_retry(reply.verdict);
}

void Writer::decide(const std::optional<Item>& item) {
  if (item && item->sequence) largest_ = std::max(largest_, item->sequence->milliseconds);
  const auto step = write_->condition_failed(item, std::chrono::milliseconds(timeline_.now() - batch_->sent));
  if (const auto* done = std::get_if<SlotWrite::Done>(&step)) {
    retries_.succeeded();
    return tell(Outcome::counted, done->ended_at);
  }
  if (const auto* failed = std::get_if<SlotWrite::Failed>(&step)) {
    if (!plan_.planted(Bug::takes_unknown_for_not_applied)) return tell(failed->outcome);
    write_.emplace(change_, sequences_);
  }
  const auto* sending = std::get_if<SlotWrite::Send>(&step);
  if (sending != nullptr && sending->sequence != sent_) leave_slot();
  if (attempt_ >= limits::dynamodb_retries_max || timeline_.now() >= deadline_) return tell(write_->give_up().outcome);
  ++attempt_;
  send();
}

void Writer::wait_to_retry(Verdict verdict) {
  const bool unsent = !looking_ && verdict == Verdict::not_sent && write_->give_up().outcome == Outcome::not_counted;
  const Time deadline = unsent ? std::min(deadline_, unsent_deadline_) : deadline_;
  const Time connecting = verdict == Verdict::not_sent ? milliseconds(limits::aws_connect_deadline) : 0;
  const auto pause = retries_.next(verdict, looking_ ? looks_ : attempt_);
  if (!pause || timeline_.now() + milliseconds(*pause) + connecting >= deadline) return tell(write_->give_up().outcome);
  const auto time = static_cast<unsigned>(pause->count());
  timeline_.schedule(time, time, What::pause_ends, life_, asked_);
}

void Writer::end_pause() {
  ++(looking_ ? looks_ : attempt_);
  looking_ ? ask(Question::Kind::get, {.slot = slot_}) : send();
}

void Writer::tell(Outcome outcome, Count ended_at) {
  Batch& batch = *std::exchange(batch_, nullptr);
  batch.told = true;
  batch.answered = timeline_.now();
  batch.outcome = outcome;
  batch.ended_at = ended_at;
  const char* const what = outcome == Outcome::not_counted ? "not counted" : "unknown";
  if (outcome == Outcome::counted)
    timeline_.tell("writer {} has counted batch {} up to {}", life_, batch.index, ended_at);
  if (outcome != Outcome::counted) timeline_.tell("writer {} says {} of batch {}", life_, what, batch.index);
  timeline_.schedule(1, 100, What::batch_begins, life_);
}

void Writer::end() {
  alive_ = false;
  if (batch_ == nullptr) return;
  batch_->told = true;
  batch_->answered = timeline_.now();
}

void Writer::leave_slot() {
  if (plan_.slots > 1) slot_ = (slot_ + timeline_.dice().between(1, plan_.slots - 1)) % plan_.slots;
}

// 64 of them make it certain that no two writers ever send the same number.
void Writer::forget_most_random_bits() {
  sequences_ = Sequences(Random(timeline_.dice().below(256)));
  sequences_.seen({largest_, 0});
}

}  // namespace vc::simulation
