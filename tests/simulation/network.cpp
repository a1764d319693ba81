#include "simulation/network.hpp"

#include <utility>

namespace vc::simulation {
namespace {

constexpr unsigned on_the_way = 40;      // milliseconds, mostly
constexpr unsigned far_too_slow = 3000;  // longer than a writer waits
constexpr unsigned copy_latest = 6000;   // longer than a batch lasts

}  // namespace

void Network::send(const Question& question) {
  const auto index = static_cast<unsigned>(messages_.size());
  messages_.push_back({.question = question, .reply = {}});
  if (faulty(plan_.unreachable)) return answer(index, {Verdict::not_sent, {}});
  if (faulty(plan_.throttled)) return answer(index, {Verdict::throttled, {}});
  if (faulty(plan_.error_before_commit)) return answer(index, {Verdict::unclear, {}});
  if (faulty(plan_.late_copy)) timeline_.schedule(on_the_way, copy_latest, What::copy_reaches_table, 0, index);
  if (faulty(plan_.lost_request)) {
    messages_.back().fate = Message::Fate::lost;
    return lose(index);
  }
  timeline_.schedule(1, latest(), What::question_reaches_table, 0, index);
}

void Network::arrive(unsigned index) {
  Message& message = messages_.at(index);
  if (message.gone) return;
  message.fate = Message::Fate::arrived;
  TableReply reply = perform(message.question);
  message.copies_gone |= reply.verdict == Verdict::condition_failed;
  if (faulty(plan_.lost_answer)) return lose(index);
  if (faulty(plan_.error_after_commit)) reply = {Verdict::unclear, {}};
  answer(index, std::move(reply));
}

void Network::arrive_again(unsigned index) {
  const Message& message = messages_.at(index);
  const bool early = message.fate == Message::Fate::under_way;
  if (early || message.gone || message.copies_gone || message.question.kind == Question::Kind::get) return;
  timeline_.tell("a copy of question {} of writer {}:", message.question.number, message.question.life);
  perform(message.question);
}

TableReply Network::perform(const Question& question) {
  const Update& update = question.update;
  if (question.kind == Question::Kind::get) return {Verdict::done, table_.item(update.slot)};
  const bool applied = table_.apply(update);
  const auto item = table_.item(update.slot);
  timeline_.tell("the table {} batch {} ({} in slot {} at {}), count {}", applied ? "applies" : "does not apply",
                 update.batch, update.form == Form::live ? "live" : "absent", update.slot, update.sequence.milliseconds,
                 item && item->record ? item->record->visit_count : 0);
  if (applied) return {Verdict::done, item};
  return {Verdict::condition_failed, plan_.hides_item != 0 ? std::nullopt : item};
}

void Network::answer(unsigned index, TableReply reply) {
  messages_.at(index).reply = std::move(reply);
  timeline_.schedule(1, latest(), What::reply_reaches_writer, 0, index);
}

/// Its writer sees the end of the connection, or nothing at all.
void Network::lose(unsigned index) {
  if (timeline_.dice().chance(500)) answer(index, {Verdict::unclear, {}});
}

unsigned Network::latest() { return faulty(plan_.slow) ? far_too_slow : on_the_way; }

void Network::clear(const std::function<bool(const Question&)>& awaited) {
  for (Message& message : messages_) {
    message.copies_gone = true;
    message.gone |= !awaited(message.question);
  }
}

}  // namespace vc::simulation
