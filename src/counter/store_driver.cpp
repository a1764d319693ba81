#include "counter/store_driver.hpp"

#include <algorithm>
#include <utility>

namespace vc::counter {

StoreDriver::StoreDriver(CounterStore& store, const Clock& clock, Options options, StoreEvents events)
    : store_(store),
      clock_(clock),
      options_(options),
      events_(std::move(events)),
      batcher_(options.queued_visits_max),
      thread_([this] { run(); }) {}

StoreDriver::~StoreDriver() {
  if (thread_.joinable()) stop();
}

void StoreDriver::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_arrived_.notify_one();
  thread_.join();
}

void StoreDriver::submit(Jobs jobs) {
  std::unique_lock lock(mutex_);
  answer(batcher_.submit(std::move(jobs.visits)));
  if (closed_) {
    refuse(std::move(jobs.reads), std::move(jobs.corrections), closed_because_);
  } else if (reads_.size() + corrections_.size() + jobs.reads.size() + jobs.corrections.size() >
             options_.queued_reads_max) {
    refuse(std::move(jobs.reads), std::move(jobs.corrections), StoreFault::throttled);
  } else {
    reads_.append(std::move(jobs.reads));
    corrections_.append(std::move(jobs.corrections));
  }
  const bool wake_store = std::exchange(idle_, false);
  wake_desks(lock);
  lock.unlock();  // the store's thread would wake up only to wait for the mutex
  if (wake_store) work_arrived_.notify_one();
}

JobQueue<Job> StoreDriver::collect(Desk& desk) {
  const std::lock_guard lock(mutex_);
  desk.woken_ = false;
  return std::move(desk.answered_);
}

void StoreDriver::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!stopping_ && !batcher_.ready() && reads_.empty() && corrections_.empty()) {
      idle_ = true;
      work_arrived_.wait(lock);
    }
    if (!batcher_.ready() && reads_.empty() && corrections_.empty()) break;  // stopping, and nothing is left
    if (batcher_.ready()) commit(lock);
    if (!corrections_.empty()) correct(lock);
    if (!reads_.empty()) read(lock);
    stop_if_broken();
    wake_desks(lock);
  }
  refuse_everything(StoreFault::shutting_down);
}

void StoreDriver::commit(std::unique_lock<std::mutex>& lock) {
  const std::span<Addition> batch = batcher_.take();
  lock.unlock();
  store_.add(batch, clock_.now());
  note(batch);
  lock.lock();
  answer(batcher_.complete());
  stop_if_broken();
  wake_desks(lock);
}

void StoreDriver::correct(std::unique_lock<std::mutex>& lock) {
  Correction& correction = corrections_.pop();
  lock.unlock();
  correction.result = store_.set(*correction.counter, correction.count, clock_.now());
  lock.lock();
  JobQueue<Correction> done;
  done.push(correction);
  answer(std::move(done));
}

// Everyone who waits for the same counter shares one read.
void StoreDriver::read(std::unique_lock<std::mutex>& lock) {
  JobQueue<Read> waiting = std::move(reads_);
  lock.unlock();
  JobQueue<Read> done;
  std::vector<const Read*> made;
  while (!waiting.empty()) {
    Read& read = waiting.pop();
    const auto same = std::ranges::find_if(made, [&](const Read* m) { return m->counter->id == read.counter->id; });
    if (same != made.end()) {
      read.result = (*same)->result;
    } else {
      read.result = store_.read(*read.counter, clock_.now());
      made.push_back(&read);
    }
    done.push(read);
  }
  lock.lock();
  answer(std::move(done));
}

void StoreDriver::note(std::span<const Addition> batch) {
  const auto failed = std::ranges::find_if(batch, [](const Addition& a) { return a.outcome != Outcome::counted; });
  const bool trouble = failed != batch.end();
  if (trouble && !in_trouble_) events_.trouble(failed->error);
  if (!trouble && in_trouble_) events_.recovered();
  in_trouble_ = trouble;
}

// After an I/O error nothing more is acknowledged.
void StoreDriver::stop_if_broken() {
  const StoreError* error = store_.broken();
  if (error == nullptr || closed_) return;
  events_.broken(*error);
  refuse_everything(error->fault);
}

void StoreDriver::refuse_everything(StoreFault fault) {
  if (!std::exchange(closed_, true)) closed_because_ = fault;
  answer(batcher_.close());
  refuse(std::move(reads_), std::move(corrections_), closed_because_);
}

void StoreDriver::refuse(JobQueue<Read> reads, JobQueue<Correction> corrections, StoreFault fault) {
  const auto refuse_each = [&](auto jobs) {
    auto refused = decltype(jobs){};
    while (!jobs.empty()) {
      auto& job = jobs.pop();
      job.result = std::unexpected(StoreError{fault, {}});
      refused.push(job);
    }
    answer(std::move(refused));
  };
  refuse_each(std::move(reads));
  refuse_each(std::move(corrections));
}

template <class T>
void StoreDriver::answer(JobQueue<T> jobs) {
  while (!jobs.empty()) {
    Job& job = jobs.pop();
    Desk& desk = *job.desk;
    desk.answered_.push(job);
    if (std::exchange(desk.woken_, true)) continue;
    to_wake_.push_back(&desk);
  }
}

// A woken loop wants the mutex at once: it is called without holding it.
void StoreDriver::wake_desks(std::unique_lock<std::mutex>& lock) {
  if (to_wake_.empty()) return;
  const std::vector<Desk*> desks = std::exchange(to_wake_, {});
  lock.unlock();
  for (const Desk* desk : desks) desk->wake_();
  lock.lock();
}

void Desk::flush() {
  if (!gathered_.empty()) driver_.submit(std::move(gathered_));
}

void Desk::deliver() {
  JobQueue<Job> answered = driver_.collect(*this);
  while (!answered.empty()) answered.pop().done();
}

}  // namespace vc::counter
