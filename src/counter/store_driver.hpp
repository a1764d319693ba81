// The threads around the queue: the driver owns the store's thread, and the desks bring all answers of an I/O thread
// back in one wake-up.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "counter/job.hpp"
#include "counter/store.hpp"
#include "counter/store_queue.hpp"

namespace vc::counter {

class StoreDriver final {
 public:
  using Options = StoreQueue::Options;

  /// Starts the thread. Lifetime: store and clock outlive the driver.
  StoreDriver(CounterStore& store, const Clock& clock, Options options, StoreEvents events);
  StoreDriver(const StoreDriver&) = delete;
  StoreDriver& operator=(const StoreDriver&) = delete;
  ~StoreDriver();

  /// Answers everything that was handed in, then ends the thread. What comes later is refused.
  /// Thread: any but the store's; once.
  void stop();

  /// Visits that have no answer yet. Thread: any.
  std::size_t queued_visits();

 private:
  friend class Desk;

  void submit(Jobs jobs);
  JobQueue<Job> collect(Tray& tray);

  void run();
  void wake_desks(std::unique_lock<std::mutex>& lock);

  CounterStore& store_;
  const Clock& clock_;

  std::mutex mutex_;  // guards all below
  std::condition_variable work_arrived_;
  bool idle_ = false;  // the store's thread waits for work_arrived_
  StoreQueue queue_;

  std::thread thread_;
};

/// One I/O thread's side of the driver: it gathers what one turn of the loop brought, and delivers the answers.
/// Thread: its loop's. Lifetime: outlives every job it was given, and the driver's `stop`.
class Desk final {
 public:
  /// `wake` is called on another thread when answers wait; it must make the loop call `deliver` soon. `gathered` is
  /// called for each job that is handed in; it must make the loop call `flush` soon.
  Desk(StoreDriver& driver, std::function<void()> wake, std::function<void()> gathered)
      : driver_(driver), gathered_one_(std::move(gathered)), tray_(std::move(wake)) {}
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;
  ~Desk() = default;

  void count(Visit& visit, Resume done) { gathered_.visits.push(taken(visit, done)); }
  void read(Read& read, Resume done) { gathered_.reads.push(taken(read, done)); }
  void correct(Correction& correction, Resume done) { gathered_.corrections.push(taken(correction, done)); }
  void send(Errand& errand, Resume done) { gathered_.errands.push(taken(errand, done)); }

  /// Hands over what has gathered, in one piece.
  void flush();

  /// Calls `done` of every job that has been answered, in order.
  void deliver();

 private:
  template <class T>
  T& taken(T& job, Resume done) {
    job.tray = &tray_;
    job.done = done;
    gathered_one_();
    return job;
  }

  StoreDriver& driver_;
  const std::function<void()> gathered_one_;
  Jobs gathered_;
  Tray tray_;  // guarded by the driver's mutex
};

}  // namespace vc::counter
