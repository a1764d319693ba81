#include "telemetry/metrics/recent.hpp"

#include <algorithm>
#include <utility>

#include "limits.hpp"

namespace vc::telemetry {

void RecentTraffic::look(const SiteTotals& totals, Time now) {
  Look look{.time = now};
  for (const auto& route : totals.requests) {
    for (const std::uint64_t answered : route) look.requests += answered;
  }
  for (std::size_t route = 0; route < route_count; ++route) {
    if (route != static_cast<std::size_t>(std::to_underlying(Route::none))) look.durations += totals.durations[route];
  }
  looks_.push_back(look);
  if (looks_.size() > limits::traffic_steps_max + 1) looks_.pop_front();
}

TrafficFigures RecentTraffic::figures() const {
  TrafficFigures figures;
  if (looks_.empty()) return figures;
  const Look& oldest = looks_.front();
  const Look& newest = looks_.back();
  const auto within_a_minute = [&](const Look& look) { return newest.time - look.time <= std::chrono::minutes(1); };
  const Durations durations = newest.durations.since(oldest.durations);
  figures.looked_back = newest.time - oldest.time;
  figures.requests_per_second = rate(*std::ranges::find_if(looks_, within_a_minute), newest);
  figures.answered = durations.count();
  figures.p50_seconds = durations.quantile(0.5);
  figures.p95_seconds = durations.quantile(0.95);
  figures.p99_seconds = durations.quantile(0.99);
  for (std::size_t i = 1; i < looks_.size(); ++i) {
    figures.requests_per_steps.push_back(rate(looks_[i - 1], looks_[i]));
  }
  return figures;
}

double RecentTraffic::rate(const Look& from, const Look& to) {
  const std::chrono::duration<double> time = to.time - from.time;
  return time.count() > 0 ? static_cast<double>(to.requests - from.requests) / time.count() : 0;
}

}  // namespace vc::telemetry
