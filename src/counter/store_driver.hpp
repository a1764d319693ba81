// The thin driver around the batcher: it owns the store's thread, commits what has gathered, and brings all answers of
// an I/O thread back in one wake-up.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "counter/job.hpp"
#include "counter/store.hpp"
#include "counter/visit_batcher.hpp"

namespace vc::counter {

/// What a store's thread reports of itself. Called on that thread; must not block.
struct StoreEvents {
  std::function<void(const StoreError&)> trouble = [](const StoreError&) {
  };  // a batch was not counted, the last one was
  std::function<void()> recovered = [] {};                                   // counted again
  std::function<void(const StoreError&)> broken = [](const StoreError&) {};  // once: only a restart helps
};

class StoreDriver final {
 public:
  struct Options {
    std::size_t queued_visits_max;
    std::size_t queued_reads_max;
  };

  /// Starts the thread. Lifetime: store and clock outlive the driver.
  StoreDriver(CounterStore& store, const Clock& clock, Options options, StoreEvents events);
  StoreDriver(const StoreDriver&) = delete;
  StoreDriver& operator=(const StoreDriver&) = delete;
  ~StoreDriver();

  /// Answers everything that was handed in, then ends the thread. What comes later is refused.
  /// Thread: any but the store's; once.
  void stop();

 private:
  friend class Desk;

  struct Jobs {
    JobQueue<Visit> visits;
    JobQueue<Read> reads;
    JobQueue<Correction> corrections;
    bool empty() const { return visits.empty() && reads.empty() && corrections.empty(); }
  };

  void submit(Jobs jobs);
  JobQueue<Job> collect(Desk& desk);

  void run();
  void commit(std::unique_lock<std::mutex>& lock);
  void correct(std::unique_lock<std::mutex>& lock);
  void read(std::unique_lock<std::mutex>& lock);
  void note(std::span<const Addition> batch);
  void stop_if_broken();
  void refuse_everything(StoreFault fault);
  void refuse(JobQueue<Read> reads, JobQueue<Correction> corrections, StoreFault fault);

  template <class T>
  void answer(JobQueue<T> jobs);
  void wake_desks(std::unique_lock<std::mutex>& lock);

  CounterStore& store_;
  const Clock& clock_;
  const Options options_;
  const StoreEvents events_;
  bool in_trouble_ = false;  // the store's thread only

  std::mutex mutex_;  // guards all below
  std::condition_variable work_arrived_;
  bool idle_ = false;  // the store's thread waits for work_arrived_
  bool stopping_ = false;
  bool closed_ = false;
  StoreFault closed_because_ = StoreFault::shutting_down;
  VisitBatcher batcher_;
  JobQueue<Read> reads_;
  JobQueue<Correction> corrections_;
  std::vector<Desk*> to_wake_;

  std::thread thread_;
};

/// One I/O thread's side of the driver: it gathers what one turn of the loop brought, and delivers the answers.
/// Thread: its loop's. Lifetime: outlives every job it was given, and the driver's `stop`.
class Desk final {
 public:
  /// `wake` is called on another thread when answers wait; it must make the loop call `deliver` soon.
  Desk(StoreDriver& driver, std::function<void()> wake) : driver_(driver), wake_(std::move(wake)) {}
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;
  ~Desk() = default;

  void count(Visit& visit, Resume done) { gathered_.visits.push(taken(visit, done)); }
  void read(Read& read, Resume done) { gathered_.reads.push(taken(read, done)); }
  void correct(Correction& correction, Resume done) { gathered_.corrections.push(taken(correction, done)); }

  /// Hands over what has gathered, in one piece. Call it at the end of each turn.
  void flush();

  /// Calls `done` of every job that has been answered, in order.
  void deliver();

 private:
  friend class StoreDriver;

  template <class T>
  T& taken(T& job, Resume done) {
    job.desk = this;
    job.done = done;
    return job;
  }

  StoreDriver& driver_;
  const std::function<void()> wake_;
  StoreDriver::Jobs gathered_;

  JobQueue<Job> answered_;  // guarded by the driver's mutex
  bool woken_ = false;      // likewise
};

}  // namespace vc::counter
