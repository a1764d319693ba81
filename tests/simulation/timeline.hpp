// Virtual time: what is to happen next, decided by the dice of one seed.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "simulation/dice.hpp"

namespace vc::simulation {

using Time = std::int64_t;  // microseconds, say; around a table milliseconds

enum class What {
  client_sends,      // index: the client
  request_arrives,   // index: the request
  turn_ends,         // index: the desk
  store_performs,    // the work that was taken
  store_completes,   // the work that was performed
  answers_wait,      // index: the desk
  answer_arrives,    // index: the request
  client_gives_up,   // index: the request
  process_starts,    // its supervisor's doing, or a rival's
  process_stops,     // of its own: the store broke
  someone_stops_it,  // SIGTERM
  someone_kills_it,  // SIGKILL
  power_fails,
  batch_begins,            // of a writer, as all that follow but for those of the table
  question_reaches_table,  // index: the question, as for the next two
  copy_reaches_table,
  reply_reaches_writer,
  patience_ends,  // index: with which of its questions
  pause_ends,
  a_day_passes,
  record_is_deleted,
  count_is_deleted,
  original_adds,   // the program that ours replaces
  weather_clears,  // no more faults: all that is under way must come to an end
};

struct Event {
  Time at;
  std::uint64_t order;  // of scheduling: events of the same moment happen in it
  What what;
  unsigned life;  // whose event it is, where it is a process's
  unsigned index;

  friend bool operator>(const Event& a, const Event& b) { return std::pair(a.at, a.order) > std::pair(b.at, b.order); }
};

enum class Tracing { off, on };

class Timeline final {
 public:
  Timeline(std::uint64_t seed, Tracing tracing) : dice_(seed), tracing_(tracing) {}

  Time now() const { return now_; }
  Dice& dice() { return dice_; }

  /// Lets something happen so much later, somewhere between the two.
  void schedule(unsigned soonest, unsigned latest, What what, unsigned life = 0, unsigned index = 0) {
    events_.push({now_ + dice_.between(soonest, latest), scheduled_++, what, life, index});
  }

  bool empty() const { return events_.empty(); }

  /// Moves on to the next event. Requires: not empty.
  Event next() {
    const Event event = events_.top();
    events_.pop();
    now_ = event.at;
    return event;
  }

  template <class... Args>
  void tell(fmt::format_string<Args...> format, Args&&... args) {
    if (tracing_ == Tracing::off) return;
    trace_.push_back(fmt::format("{:>6} {}", now_, fmt::format(format, std::forward<Args>(args)...)));
  }
  std::vector<std::string> take_trace() { return std::move(trace_); }

 private:
  Dice dice_;
  const Tracing tracing_;
  Time now_ = 0;
  std::uint64_t scheduled_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<std::string> trace_;
};

}  // namespace vc::simulation
