#include "counter/store_queue.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace vc::counter {
namespace {

/// Everyone who waits for the same counter shares one read.
void perform_reads(JobQueue<Read>& reads, CounterStore& store, WallTime now) {
  JobQueue<Read> waiting = std::exchange(reads, {});
  std::vector<const Read*> made;
  while (!waiting.empty()) {
    Read& read = waiting.pop();
    const auto same = std::ranges::find_if(made, [&](const Read* m) { return m->counter->id == read.counter->id; });
    if (same != made.end()) {
      read.result = (*same)->result;
    } else {
      read.result = store.read(*read.counter, now);
      made.push_back(&read);
    }
    reads.push(read);
  }
}

void refuse_one(Errand& errand, StoreFault fault) { errand.refused = StoreError{fault, {}}; }

template <class T>
void refuse_one(T& job, StoreFault fault) {
  job.result = std::unexpected(StoreError{fault, {}});
}

}  // namespace

void StoreWork::perform(CounterStore& store, WallTime now) {
  if (!batch.empty()) store.add(batch, now);
  if (correction != nullptr) correction->result = store.set(*correction->counter, correction->count, now);
  if (errand != nullptr) errand->run(now);
  if (!reads.empty()) perform_reads(reads, store, now);
}

StoreQueue::StoreQueue(Options options, StoreEvents events)
    : options_(options), events_(std::move(events)), batcher_(options.queued_visits_max) {}

void StoreQueue::submit(Jobs jobs) {
  answer(batcher_.submit(std::move(jobs.visits)));
  if (closed_) {
    refuse(std::move(jobs), closed_because_);
  } else if (others_.waiting() + jobs.waiting() > options_.queued_reads_max) {
    refuse(std::move(jobs), StoreFault::throttled);
  } else {
    others_.reads.append(std::move(jobs.reads));
    others_.corrections.append(std::move(jobs.corrections));
    others_.errands.append(std::move(jobs.errands));
  }
}

StoreQueue::Next StoreQueue::next() {
  if (has_work()) return Next::work;
  turn_ = Turn::visits;
  if (!stopping_) return Next::wait;
  close(StoreFault::shutting_down);
  return Next::end;
}

StoreWork StoreQueue::take() {
  const auto after = [](Turn turn) { return turn == Turn::reads ? Turn::visits : Turn{std::to_underlying(turn) + 1}; };
  check(has_work(), "there is work to take");
  while (!has(turn_)) turn_ = after(turn_);
  StoreWork work;
  switch (turn_) {
    case Turn::visits: work.batch = batcher_.take(); break;
    case Turn::corrections: work.correction = &others_.corrections.pop(); break;
    case Turn::errands: work.errand = &others_.errands.pop(); break;
    case Turn::reads: work.reads = std::move(others_.reads); break;
  }
  turn_ = after(turn_);
  return work;
}

void StoreQueue::complete(StoreWork work, const StoreError* broken) {
  if (!work.batch.empty()) {
    auto answered = batcher_.complete();
    note(work.batch);
    answer(std::move(answered));
  }
  if (work.correction != nullptr) answer_one(*work.correction);
  if (work.errand != nullptr) answer_one(*work.errand);
  answer(std::move(work.reads));
  if (broken == nullptr) return;
  events_.broken(*broken);
  close(broken->fault);  // after an I/O error nothing more is acknowledged
}

bool StoreQueue::has(Turn turn) const {
  switch (turn) {
    case Turn::visits: return batcher_.ready();
    case Turn::corrections: return !others_.corrections.empty();
    case Turn::errands: return !others_.errands.empty();
    case Turn::reads: return !others_.reads.empty();
  }
  std::unreachable();
}

void StoreQueue::note(std::span<const Addition> batch) {
  const auto failed = std::ranges::find_if(batch, [](const Addition& a) { return a.outcome != Outcome::counted; });
  const bool trouble = failed != batch.end();
  if (trouble && !in_trouble_) events_.trouble(failed->error);
  if (!trouble && in_trouble_) events_.recovered();
  in_trouble_ = trouble;
}

void StoreQueue::close(StoreFault fault) {
  if (std::exchange(closed_, true)) return;
  closed_because_ = fault;
  answer(batcher_.close());
  refuse(std::move(others_), fault);
}

void StoreQueue::refuse(Jobs jobs, StoreFault fault) {
  const auto refuse_each = [&](auto& waiting) {
    while (!waiting.empty()) {
      auto& job = waiting.pop();
      refuse_one(job, fault);
      answer_one(job);
    }
  };
  refuse_each(jobs.reads);
  refuse_each(jobs.corrections);
  refuse_each(jobs.errands);
}

template <class T>
void StoreQueue::answer(JobQueue<T> jobs) {
  while (!jobs.empty()) answer_one(jobs.pop());
}

template <class T>
void StoreQueue::answer_one(T& job) {
  Tray& tray = *job.tray;
  tray.answered_.push(job);
  if (!std::exchange(tray.waking_, true)) to_wake_.push_back(&tray);
}

}  // namespace vc::counter
