// A server in virtual time: the product's own queue and group commit, between loops and a disk or a table that take as
// long as they are told to. For machines that are not at hand.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <vector>

#include "counter/store_queue.hpp"
#include "store/memory/store.hpp"

namespace vc::bench {

using Time = std::chrono::nanoseconds;

/// What is to happen, in its order. Thread: one, as all below.
class Timeline final {
 public:
  Time now() const { return now_; }
  void after(Time pause, std::function<void()> happen) { events_.push({now_ + pause, ++last_, std::move(happen)}); }

  /// Returns when nothing is left to happen before `end`.
  void run_until(Time end);

 private:
  struct Event {
    Time at;
    std::uint64_t order;  // events of one moment happen as they were handed in
    std::function<void()> happen;
    friend bool operator>(const Event& a, const Event& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  };

  Time now_{};
  std::uint64_t last_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

class SimulatedServer;

/// A visit of one client. Lifetime: stays where it is until `answered` has been called for it.
struct Visitor {
  explicit Visitor(const counter::Counter& counter_of) : visit(counter_of) {}
  counter::Visit visit;
  SimulatedServer* server = nullptr;
  unsigned loop = 0;  // of its server, that it comes to
  Time asked{};
};

class SimulatedServer final {
 public:
  struct Costs {
    Time receive;  // of a loop, per visit
    Time answer;   // of a loop, per visit
    Time commit;   // of the store's thread, per batch, without the flush
    Time visit;    // of the store's thread, per visit
    Time wake;     // from one thread to another
  };
  /// Makes a batch durable, and then calls what it was given.
  using Flush = std::function<void(std::function<void()> durable)>;
  using Answered = std::function<void(Visitor&)>;

  /// Each loop has a CPU of its own, and so has the store's thread. Lifetime: the timeline outlives the server.
  SimulatedServer(Timeline& timeline, unsigned loops, Costs costs, Flush flush, Answered answered);
  SimulatedServer(const SimulatedServer&) = delete;
  SimulatedServer& operator=(const SimulatedServer&) = delete;
  ~SimulatedServer() = default;

  /// A request has come, to the visitor's loop.
  void arrive(Visitor& visitor);

  std::uint64_t commits() const { return commits_; }

 private:
  struct Loop {
    explicit Loop(std::function<void()> wake) : tray(std::move(wake)) {}
    counter::Tray tray;
    counter::JobQueue<counter::Visit> arrived;
    bool woken = false;
    bool busy = false;
  };

  void turn(Loop& loop);
  void submit(const std::vector<counter::Visit*>& visits);
  void advance();
  void complete();
  void wake_loops();

  Timeline& timeline_;
  const Costs costs_;
  const Flush flush_;
  const Answered answered_;
  std::deque<Loop> loops_;
  store::MemoryStore store_;
  counter::StoreQueue queue_;
  counter::StoreWork work_;
  bool store_idle_ = true;
  std::uint64_t commits_ = 0;
};

}  // namespace vc::bench
