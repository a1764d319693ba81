// What the driver of a store decides, without its thread: jobs go in, one piece of work at a time comes out, is
// performed on the store, goes back in, and the answers lie in the trays. The simulation drives this very class.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "counter/job.hpp"
#include "counter/store.hpp"
#include "counter/visit_batcher.hpp"

namespace vc::counter {

/// What happens to a store, as the driver sees it. Called on the store's thread, which holds the driver's mutex: must
/// not block, and must not call the driver.
struct StoreEvents {
  /// A batch was not counted, and the last one was.
  std::function<void(const StoreError&)> trouble = [](const StoreError&) {};
  /// Counted again.
  std::function<void()> recovered = [] {};
  /// Once: only a restart helps.
  std::function<void(const StoreError&)> broken = [](const StoreError&) {};
};

/// Where the answered jobs of one I/O thread lie until it takes them.
/// Thread: guarded as the queue is. Lifetime: outlives every job that was given with it.
class Tray final {
 public:
  /// `wake` is called on another thread when answers lie here; it must make the tray's own thread take them soon.
  explicit Tray(std::function<void()> wake) : wake_(std::move(wake)) {}

  void wake() const { wake_(); }

  /// Everything answered so far, in order of answering. From now on the thread wants to be woken again.
  JobQueue<Job> take() {
    waking_ = false;
    return std::move(answered_);
  }

 private:
  friend class StoreQueue;

  const std::function<void()> wake_;
  JobQueue<Job> answered_;
  bool waking_ = false;  // its thread has been told, and has not looked yet
};

/// What one I/O thread hands in.
struct Jobs {
  JobQueue<Visit> visits;
  JobQueue<Read> reads;
  JobQueue<Correction> corrections;
  JobQueue<Errand> errands;
  bool empty() const { return visits.empty() && waiting() == 0; }
  /// All but the visits.
  std::size_t waiting() const { return reads.size() + corrections.size() + errands.size(); }
};

/// One use of the store: a batch of visits, one correction, one errand, or the reads that were waiting.
struct StoreWork {
  std::span<Addition> batch;
  Correction* correction = nullptr;
  Errand* errand = nullptr;
  JobQueue<Read> reads;

  /// Does it, and keeps the outcome. Blocks as the store does. Touches nothing of the queue.
  void perform(CounterStore& store, WallTime now);
};

/// Thread: one at a time; the driver guards it.
class StoreQueue final {
 public:
  struct Options {
    std::size_t queued_visits_max;
    std::size_t queued_reads_max;  // and corrections and errands
  };

  StoreQueue(Options options, StoreEvents events);

  /// Takes the jobs in their order. Those that do not fit, and all that come after the end, are answered at once.
  void submit(Jobs jobs);

  /// Nothing new is expected: when all that was handed in is answered, the end has come.
  void stop() { stopping_ = true; }

  /// Visits that have no answer yet.
  std::size_t queued_visits() const { return batcher_.queued(); }

  enum class Next { work, wait, end };
  /// What is to do now. Once it was `end`, whatever comes is refused.
  Next next();

  /// One piece of work, of each kind in turn. One is out at a time. Requires: next() is `work`.
  StoreWork take();

  /// Answers what has been performed. `broken` is the store's own word: after it, everything is refused.
  void complete(StoreWork work, const StoreError* broken);

  /// The trays in which answers lie that their threads have not been told of. Telling them is the caller's.
  std::vector<const Tray*> take_to_wake() { return std::exchange(to_wake_, {}); }

 private:
  enum class Turn { visits, corrections, errands, reads };

  bool has(Turn turn) const;
  bool has_work() const { return batcher_.ready() || others_.waiting() != 0; }
  void note(std::span<const Addition> batch);
  void close(StoreFault fault);
  void refuse(Jobs jobs, StoreFault fault);

  template <class T>
  void answer(JobQueue<T> jobs);
  template <class T>
  void answer_one(T& job);

  const Options options_;
  const StoreEvents events_;
  bool in_trouble_ = false;
  bool stopping_ = false;
  bool closed_ = false;
  StoreFault closed_because_ = StoreFault::shutting_down;
  Turn turn_ = Turn::visits;
  VisitBatcher batcher_;
  Jobs others_;  // no visits
  std::vector<const Tray*> to_wake_;
};

}  // namespace vc::counter
