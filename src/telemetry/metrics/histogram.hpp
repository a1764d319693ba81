// How often something happened, and how what was measured of it spreads. Written by one thread and read by any: neither
// a lock nor a locked instruction.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace vc::telemetry {

/// A number that only grows. Thread: one adds, any reads.
class Tally final {
 public:
  void add(std::uint64_t more = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// The upper ends of a histogram's buckets, ascending, and what one of their units is in the metric's own.
template <std::size_t Count>
struct Bounds {
  std::array<std::uint64_t, Count> at_most;
  double unit;
};

template <std::size_t Count>
constexpr Bounds<Count> in_seconds(const std::chrono::nanoseconds (&at_most)[Count]) {
  Bounds<Count> bounds{.at_most = {}, .unit = 1e-9};
  std::ranges::transform(at_most, bounds.at_most.begin(),
                         [](auto bound) { return static_cast<std::uint64_t>(bound.count()); });
  return bounds;
}

using namespace std::chrono_literals;

inline constexpr auto duration_bounds = in_seconds(
    {50us, 100us, 250us, 500us, 1ms, 2500us, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2500ms, 5s, 10s});

inline constexpr Bounds<12> batch_bounds = {{1, 2, 5, 10, 20, 50, 100, 200, 500, 1'000, 2'000, 5'000}, 1};

/// What a histogram holds at one moment: values that can be added up and taken from one another.
template <const auto& Edges>
struct Distribution {
  std::array<std::uint64_t, Edges.at_most.size() + 1> buckets{};  // the last one: beyond all bounds
  std::uint64_t sum = 0;

  std::uint64_t count() const {
    std::uint64_t all = 0;
    for (const std::uint64_t bucket : buckets) all += bucket;
    return all;
  }

  Distribution& operator+=(const Distribution& other) {
    for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
    sum += other.sum;
    return *this;
  }

  /// What has come since. Requires: `earlier` is the same histogram's.
  Distribution since(const Distribution& earlier) const {
    Distribution more = *this;
    for (std::size_t i = 0; i < buckets.size(); ++i) more.buckets[i] -= earlier.buckets[i];
    more.sum -= earlier.sum;
    return more;
  }

  /// The value that this share of all does not exceed, in the metric's unit: within its bucket all lie equally far
  /// apart, as Prometheus' histogram_quantile has it. Beyond the last bound: that bound. Of nothing: 0.
  double quantile(double share) const {
    const double rank = share * static_cast<double>(count());
    double below = 0;
    double from = 0;
    for (std::size_t i = 0; i < Edges.at_most.size(); ++i) {
      const auto here = static_cast<double>(buckets[i]);
      const auto to = static_cast<double>(Edges.at_most[i]);
      if (here > 0 && below + here >= rank) return (from + (to - from) * (rank - below) / here) * Edges.unit;
      below += here;
      from = to;
    }
    return count() == 0 ? 0 : from * Edges.unit;
  }
};

/// Thread: one observes, any reads. A reader may see a value in its bucket and not yet in the sum.
template <const auto& Edges>
class Histogram final {
 public:
  void observe(std::uint64_t value) {
    const auto bucket = std::ranges::lower_bound(Edges.at_most, value) - Edges.at_most.begin();
    buckets_[static_cast<std::size_t>(bucket)].add();
    sum_.add(value);
  }

  Distribution<Edges> read() const {
    Distribution<Edges> now;
    for (std::size_t i = 0; i < buckets_.size(); ++i) now.buckets[i] = buckets_[i].value();
    now.sum = sum_.value();
    return now;
  }

 private:
  std::array<Tally, Edges.at_most.size() + 1> buckets_;
  Tally sum_;
};

using Durations = Distribution<duration_bounds>;
using DurationHistogram = Histogram<duration_bounds>;
using BatchSizes = Distribution<batch_bounds>;
using BatchHistogram = Histogram<batch_bounds>;

/// As a histogram of durations takes it; a clock that went backwards is no time at all.
inline std::uint64_t nanoseconds(std::chrono::steady_clock::duration duration) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, std::chrono::nanoseconds(duration).count()));
}

}  // namespace vc::telemetry
