// The traffic of the last minutes, for people who look at it now: what came of it is looked at in steps and kept for a
// while.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <vector>

#include "telemetry/metrics/metrics.hpp"

namespace vc::telemetry {

struct TrafficFigures {
  std::chrono::duration<double> looked_back{};  // how far the figures reach back
  double requests_per_second = 0;               // in the last minute
  double p50_seconds = 0, p95_seconds = 0, p99_seconds = 0;
  std::uint64_t answered = 0;              // the requests that the percentiles are of
  std::vector<double> requests_per_steps;  // a second, in each step; the newest is the last
};

/// Thread: one.
class RecentTraffic final {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Looks at what has been answered until now. Call it every limits::traffic_step.
  void look(const SiteTotals& totals, Time now);

  /// Durations are of requests that a route led to.
  TrafficFigures figures() const;

 private:
  struct Look {
    Time time;
    std::uint64_t requests = 0;
    Durations durations;
  };
  static double rate(const Look& from, const Look& to);

  std::deque<Look> looks_;
};

}  // namespace vc::telemetry
