#include "store/dynamodb/store.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "limits.hpp"

namespace vc::store {

using counter::Addition;
using counter::Count;
using counter::Counter;
using counter::Outcome;
using counter::Record;
using counter::StoreError;
using counter::StoreFault;
using counter::StoreResult;
using dynamodb::Change;
using dynamodb::Item;
using dynamodb::Reply;
using dynamodb::SlotWrite;
using dynamodb::Verdict;

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

/// The item in a member of an answer; nullopt: there is none. Errors: it cannot be read.
StoreResult<std::optional<Item>> item_in(const Reply& reply, std::string_view member, const Counter& counter,
                                         int slot) {
  const json::value* attributes = reply.body.if_contains(member);
  if (attributes == nullptr) return std::nullopt;
  if (!attributes->is_object()) return std::unexpected(StoreError{StoreFault::storage, "an item is no JSON object"});
  auto item = dynamodb::read_item(attributes->get_object(), counter, slot);
  if (!item) return std::unexpected(StoreError{StoreFault::storage, item.error().message});
  return std::move(*item);
}

}  // namespace

DynamoDbStore::DynamoDbStore(Options options, dynamodb::Link link, std::shared_ptr<dynamodb::Timeline> timeline,
                             Random random)
    : options_(std::move(options)),
      link_(std::move(link)),
      timeline_(std::move(timeline)),
      random_(random),
      slot_(static_cast<int>(random_.bits() % dynamodb::slots)),
      sequences_(Random(random_.bits())),
      retries_(Random(random_.bits())),
      rests_until_(timeline_->now()) {}

void DynamoDbStore::add(std::span<Addition> batch, WallTime now) {
  const SteadyTime deadline = deadline_after(options_.deadline);
  for (Addition& addition : batch) {
    const Written written = write({Change::Kind::add, addition.counter, addition.visits, now}, deadline);
    addition.outcome = written.outcome;
    addition.count_after = written.ended_at;
    addition.error = written.error;
  }
}

StoreResult<Record> DynamoDbStore::set(const Counter& counter, Count count, WallTime now) {
  Written written = write({Change::Kind::set, &counter, count, now}, deadline_after(options_.deadline));
  if (written.outcome != Outcome::counted) return std::unexpected(written.error);
  written.record->visit_count = count;  // another writer may have counted since
  return *written.record;
}

StoreResult<Result<Record, Count>> DynamoDbStore::set_if(const Counter& counter, Count expected, Count count,
                                                         WallTime now) {
  Written written = write({Change::Kind::set, &counter, count, now, expected}, deadline_after(options_.deadline));
  if (written.instead) return Result<Record, Count>(std::unexpected(*written.instead));
  if (written.outcome != Outcome::counted) return std::unexpected(written.error);
  written.record->visit_count = count;
  return std::move(*written.record);
}

StoreResult<std::optional<Record>> DynamoDbStore::read(const Counter& counter, WallTime now) {
  if (const StoreError* error = resting()) return std::unexpected(*error);
  auto item = get(counter, deadline_after(options_.deadline / 2));
  if (!item) return std::unexpected(item.error());
  if (!*item || !(*item)->live(counter, now)) return std::nullopt;
  return std::move((*item)->record);
}

DynamoDbStore::Written DynamoDbStore::write(const Change& change, SteadyTime deadline) {
  if (const StoreError* error = resting()) return {.error = *error};
  const SteadyTime began = timeline_->now();
  if (began >= deadline) return {.error = {StoreFault::timeout, "no time was left to ask the table"}};
  const SteadyTime unsent_deadline = std::min(deadline, began + limits::dynamodb_unsent_deadline);
  SlotWrite write(change, sequences_);
  Verdict last = Verdict::not_sent;
  const auto given_up = [&](const SlotWrite::Failed& failed, StoreError error) -> Written {
    if (failed.full) error = {StoreFault::storage, "the count is at its limit"};
    rest_after(last, error);
    return {.outcome = failed.outcome, .error = std::move(error)};
  };

  for (int attempt = 0;; ++attempt) {
    const SlotWrite::Send sending = write.send();
    Reply reply = send(change, sending, send_deadline(deadline));
    last = reply.verdict;
    if (last == Verdict::done) {
      auto item = item_in(reply, "Attributes", *change.counter, slot_);
      const bool ours = item && *item && (*item)->record && (*item)->sequence == sending.sequence;
      if (ours && (*item)->record->visit_count >= change.amount) {
        retries_.succeeded();
        return {Outcome::counted, (*item)->record->visit_count, std::move((*item)->record), {}};
      }
      last = Verdict::unclear;
      reply.error = {StoreFault::storage, "the answer to an update does not show it"};
    }
    if (last == Verdict::condition_failed) {
      auto item = look(*change.counter, reply, deadline);
      if (!item) return given_up(write.give_up(), item.error());
      const auto elapsed = std::chrono::floor<std::chrono::milliseconds>(timeline_->now() - began);
      const auto step = write.condition_failed(*item, elapsed);
      if (const auto* done = std::get_if<SlotWrite::Done>(&step)) {
        retries_.succeeded();
        return {Outcome::counted, done->ended_at, (*item)->record.value_or(Record{.visit_count = done->ended_at}), {}};
      }
      if (const auto* failed = std::get_if<SlotWrite::Failed>(&step)) {
        Written given = given_up(*failed, {StoreFault::storage, "another writer's visits hide what became of these"});
        given.instead = failed->instead;
        return given;
      }
      if (std::get<SlotWrite::Send>(step).sequence != sending.sequence) leave_slot();
      if (attempt < limits::dynamodb_retries_max && timeline_->now() < deadline) continue;
      return given_up(write.give_up(), {StoreFault::timeout, "no decision in time"});
    }
    if (last == Verdict::unclear) write.lost();
    if (last != Verdict::unclear && last != Verdict::not_sent) write.refused();
    const bool unsent = write.give_up().outcome == Outcome::not_counted && last == Verdict::not_sent;
    if (!wait_to_retry(last, attempt, unsent ? unsent_deadline : deadline))
      return given_up(write.give_up(), reply.error);
  }
}

Reply DynamoDbStore::send(const Change& change, const SlotWrite::Send& send, SteadyTime deadline) {
  return link_.ask("UpdateItem", update(options_.table, change, send.form, slot_, send.sequence), deadline);
}

// Without a record nothing is shown. Only an engine that never shows one has to be asked for it.
StoreResult<std::optional<Item>> DynamoDbStore::look(const Counter& counter, const Reply& failed, SteadyTime deadline) {
  if (options_.engine == dynamodb::Engine::dynalite) return get(counter, deadline);
  return item_in(failed, "Item", counter, slot_);
}

StoreResult<std::optional<Item>> DynamoDbStore::get(const Counter& counter, SteadyTime deadline) {
  const Reply reply = ask_until(deadline, "GetItem", dynamodb::get(options_.table, counter));
  if (reply.verdict != Verdict::done) return std::unexpected(reply.error);
  return item_in(reply, "Item", counter, slot_);
}

/// The answer to a question that may be asked again.
Reply DynamoDbStore::ask_until(SteadyTime deadline, std::string_view operation, const std::string& body) {
  for (int attempt = 0;; ++attempt) {
    Reply reply = link_.ask(operation, body, send_deadline(deadline));
    if (reply.verdict == Verdict::done) {
      retries_.succeeded();
      return reply;
    }
    if (!wait_to_retry(reply.verdict, attempt, deadline)) {
      rest_after(reply.verdict, reply.error);
      return reply;
    }
  }
}

/// Whether there is time and reason to send again, after waiting for it.
bool DynamoDbStore::wait_to_retry(Verdict verdict, int attempt, SteadyTime deadline) {
  const auto pause = retries_.next(verdict, attempt);
  // A server that is out of reach may take the whole of it again.
  const auto connecting = verdict == Verdict::not_sent ? limits::aws_connect_deadline : 0ms;
  if (!pause || timeline_->now() + *pause + connecting >= deadline) return false;
  timeline_->wait(*pause);
  return true;
}

dynamodb::SteadyTime DynamoDbStore::deadline_after(std::chrono::milliseconds time) const {
  return std::min(timeline_->now() + time, end_);
}

// Half of the time, so that a lost answer leaves some to ask again.
dynamodb::SteadyTime DynamoDbStore::send_deadline(SteadyTime deadline) const {
  return std::min(deadline, timeline_->now() + options_.deadline / 2);
}

const StoreError* DynamoDbStore::resting() const { return timeline_->now() < rests_until_ ? &rests_because_ : nullptr; }

void DynamoDbStore::rest_after(Verdict verdict, const StoreError& error) {
  const bool out_of_reach =
      verdict == Verdict::not_sent || verdict == Verdict::credentials || verdict == Verdict::refused;
  const bool silent = verdict == Verdict::unclear && error.fault == StoreFault::timeout;
  if (!out_of_reach && !silent) return;
  rests_until_ = timeline_->now() + limits::dynamodb_rest;
  rests_because_ = error;
}

// Another writer has it, and was faster. Two busy writers in one slot would refuse each other's first sends without
// end; with a clock that is ahead, the same one would win each time. Nothing of ours is decided here any more, and a
// copy of an earlier batch is older than what the slot holds, or was told as unknown: as after a restart.
void DynamoDbStore::leave_slot() {
  const int step = 1 + static_cast<int>(random_.bits() % (dynamodb::slots - 1));
  slot_ = (slot_ + step) % dynamodb::slots;
}

}  // namespace vc::store
