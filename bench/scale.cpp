// scale: what a counter costs where this machine ends, in virtual time, with the product's own queue and group commit.
// Prints Markdown tables; the same on every machine. What the model leaves out: the network's own cost, threads that
// wait for one mutex, and caches.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/simulated_server.hpp"
#include "limits.hpp"
#include "tests/simulation/dice.hpp"

namespace vc::bench {
namespace {

using namespace std::chrono_literals;
using counter::Outcome;

// Rounded from docs/performance.md and its profile, one CPU of 2026: a visit of a loop, user and kernel, takes 5 µs.
constexpr SimulatedServer::Costs costs{.receive = 2us, .answer = 3us, .commit = 20us, .visit = 100ns, .wake = 10us};
constexpr Time network = 50us;  // there and back, to a client that asks again at once
constexpr std::uint64_t seed = 1;

const counter::Counter the_counter{counter::CounterId::parse("main_counter").value()};

struct Figures {
  double visits_per_second = 0;
  double visits_per_commit = 0;
  double commits_per_second = 0;
  double refused = 0;  // share
  Time p50{};
  Time p99{};
};

/// How long a run is, and how much of its beginning is not looked at.
struct Length {
  Time warm;
  Time all;
};
constexpr Length of_machine{.warm = 100ms, .all = 500ms};
constexpr Length of_record{.warm = 1s, .all = 4s};

/// What the clients saw once it was warm.
class Tally final {
 public:
  Tally(const Timeline& timeline, Length length) : timeline_(timeline), length_(length) {}

  void note(const Visitor& visitor) {
    if (timeline_.now() < length_.warm) return;
    if (visitor.visit.outcome == Outcome::counted) {
      waits_.push_back(timeline_.now() - visitor.asked);
    } else {
      ++refused_;
    }
  }

  Figures figures(std::uint64_t commits) {
    const double seconds = std::chrono::duration<double>(length_.all - length_.warm).count();
    const auto counted = static_cast<double>(waits_.size());
    const auto refused = static_cast<double>(refused_);
    const auto committed = static_cast<double>(commits);
    std::ranges::sort(waits_);
    const auto wait = [this](std::size_t percent) {
      return waits_.empty() ? Time{} : waits_[waits_.size() * percent / 100];
    };
    return {.visits_per_second = counted / seconds,
            .visits_per_commit = counted / std::max(committed, 1.0),
            .commits_per_second = committed / seconds,
            .refused = refused / std::max(counted + refused, 1.0),
            .p50 = wait(50),
            .p99 = wait(99)};
  }

 private:
  const Timeline& timeline_;
  const Length length_;
  std::vector<Time> waits_;
  std::uint64_t refused_ = 0;
};

/// One machine with a disk. Each client asks again as soon as it has its answer.
Figures one_machine(unsigned loops, unsigned clients, Time flush) {
  Timeline timeline;
  Tally tally(timeline, of_machine);
  std::function<void(Visitor&)> ask;
  SimulatedServer server(
      timeline, loops, costs, [&](std::function<void()> durable) { timeline.after(flush, std::move(durable)); },
      [&](Visitor& visitor) {
        timeline.after(network / 2, [&] {
          tally.note(visitor);
          ask(visitor);
        });
      });
  ask = [&](Visitor& visitor) {
    visitor.asked = timeline.now();
    timeline.after(network / 2, [&] { server.arrive(visitor); });
  };
  std::deque<Visitor> visitors;
  for (unsigned i = 0; i < clients; ++i) {
    visitors.emplace_back(the_counter).loop = i % loops;
    ask(visitors.back());
  }
  timeline.run_until(of_machine.warm);
  const std::uint64_t before = server.commits();
  timeline.run_until(of_machine.all);
  return tally.figures(server.commits() - before);
}

/// A record that takes one update after the other. Those that are too many wait, as throttled writers do in the end.
class Record final {
 public:
  explicit Record(Timeline& timeline) : timeline_(timeline) {}

  void update(std::function<void()> durable) {
    free_at_ = std::max(free_at_, timeline_.now()) + limit;
    timeline_.after(free_at_ - timeline_.now() + round_trip, std::move(durable));
  }

  static constexpr Time limit = 1ms;  // of a partition: 1,000 write units a second
  static constexpr Time round_trip = 5ms;

 private:
  Timeline& timeline_;
  Time free_at_{};
};

/// Visitors that come when they like, so many a second, to servers that share one record.
class Crowd final {
 public:
  Crowd(Timeline& timeline, std::deque<SimulatedServer>& servers, double per_second)
      : timeline_(timeline), servers_(servers), per_second_(per_second) {
    come();
  }

  void leave(Visitor& visitor) { gone_.push_back(&visitor); }

 private:
  void come() {
    const double chance = (static_cast<double>(dice_.bits() >> 11) + 1) / 9007199254740992.0;  // above 0, up to 1
    timeline_.after(Time(static_cast<Time::rep>(-std::log(chance) / per_second_ * 1e9)), [this] {
      Visitor& visitor = someone();
      visitor.asked = timeline_.now();
      servers_.at(dice_.below(static_cast<unsigned>(servers_.size()))).arrive(visitor);
      come();
    });
  }

  Visitor& someone() {
    if (gone_.empty()) return visitors_.emplace_back(the_counter);
    Visitor& visitor = *gone_.back();
    gone_.pop_back();
    return visitor;
  }

  Timeline& timeline_;
  std::deque<SimulatedServer>& servers_;
  const double per_second_;
  simulation::Dice dice_{seed};
  std::deque<Visitor> visitors_;
  std::vector<Visitor*> gone_;
};

Figures one_record(unsigned servers, unsigned visits_per_second) {
  Timeline timeline;
  Tally tally(timeline, of_record);
  Record record(timeline);
  Crowd* crowd = nullptr;
  std::deque<SimulatedServer> all;
  for (unsigned i = 0; i < servers; ++i) {
    all.emplace_back(
        timeline, 1U, costs, [&](std::function<void()> durable) { record.update(std::move(durable)); },
        [&](Visitor& visitor) {
          tally.note(visitor);
          crowd->leave(visitor);
        });
  }
  Crowd visitors(timeline, all, visits_per_second);
  crowd = &visitors;
  const auto commits = [&] {
    std::uint64_t sum = 0;
    for (const SimulatedServer& server : all) sum += server.commits();
    return sum;
  };
  timeline.run_until(of_record.warm);
  const std::uint64_t before = commits();
  timeline.run_until(of_record.all);
  return tally.figures(commits() - before);
}

double milliseconds(Time time) { return std::chrono::duration<double, std::milli>(time).count(); }

/// To two digits, for more would be more than the model knows; thousands apart.
std::string rounded(double value) {
  if (value < 10) return fmt::format("{:.1f}", value);
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1);
  std::string digits = fmt::format("{:.0f}", std::round(value / unit) * unit);
  for (std::size_t left = digits.size(); left > 3; left -= 3) digits.insert(left - 3, 1, ',');
  return digits;
}

void print_machine(unsigned clients) {
  constexpr std::array threads{1U, 2U, 4U, 16U, 31U};
  fmt::print("{} connections to one machine, visits/s and p99:\n\n| a flush takes |", rounded(clients));
  for (const unsigned loops : threads) fmt::print(" {} {} |", loops, loops == 1 ? "thread" : "threads");
  fmt::print("\n|---|---|---|---|---|---|\n");
  for (const Time flush : {Time(100us), Time(500us), Time(1ms), Time(5ms), Time(10ms)}) {
    fmt::print("| {} ms |", rounded(milliseconds(flush)));
    for (const unsigned loops : threads) {
      const Figures figures = one_machine(loops, clients, flush);
      fmt::print(" {}, {} ms |", rounded(figures.visits_per_second), rounded(milliseconds(figures.p99)));
    }
    fmt::print("\n");
  }
  fmt::print("\n");
}

void print_record() {
  fmt::print("One record that takes 1,000 updates/s, {} ms away; visits come by chance, to any of the servers:\n\n",
             rounded(milliseconds(Record::round_trip)));
  fmt::print("| visits/s | servers | counted/s | refused | visits an update | updates/s | p50 | p99 |\n");
  fmt::print("|---|---|---|---|---|---|---|---|\n");
  for (const unsigned visits : {1'000U, 10'000U, 100'000U}) {
    for (const unsigned servers : {1U, 5U, 20U, 100U}) {
      const Figures figures = one_record(servers, visits);
      fmt::print("| {} | {} | {} | {}% | {} | {} | {} ms | {} ms |\n", rounded(visits), servers,
                 rounded(figures.visits_per_second), rounded(figures.refused * 100), rounded(figures.visits_per_commit),
                 rounded(figures.commits_per_second), rounded(milliseconds(figures.p50)),
                 rounded(milliseconds(figures.p99)));
    }
  }
}

}  // namespace
}  // namespace vc::bench

int main() {
  for (const unsigned clients : {64U, 1'024U, 8'192U}) vc::bench::print_machine(clients);
  vc::bench::print_record();
  return 0;
}
