// The port: what the program asks of whatever keeps the counts.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "counter/counter.hpp"
#include "limits.hpp"

namespace vc::counter {

/// What is wrong with a store, as far as a visitor may know it.
enum class StoreFault { timeout, connection, access_denied, table_not_found, throttled, storage, shutting_down };

struct StoreError {
  StoreFault fault = StoreFault::storage;
  std::string detail;  // for the log only
};

template <class T>
using StoreResult = Result<T, StoreError>;

enum class Outcome {
  counted,      // durable
  not_counted,  // certainly not, and it never will be
  unknown,      // the store's answer never came: it may or may not have been counted
};

/// As answers and logs say it.
constexpr std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::counted: return "counted";
    case Outcome::not_counted: return "not-counted";
    case Outcome::unknown: return "unknown";
  }
  return "unknown";
}

/// Visits to add to one counter, and what became of them: all of them or none.
struct Addition {
  const Counter* counter = nullptr;
  std::uint64_t visits = 0;

  Outcome outcome = Outcome::not_counted;
  Count count_after = 0;  // if counted: the visits own the numbers (count_after - visits, count_after]
  StoreError error{};     // if not counted or unknown: why
};

/// Visits in the hour that begins at `start`, UTC.
struct HourVisits {
  std::chrono::sys_time<std::chrono::hours> start;
  std::uint64_t visits = 0;
  friend bool operator==(const HourVisits&, const HourVisits&) = default;
};

/// The hours from `from` up to, and without, `until`.
struct HourRange {
  std::chrono::sys_time<std::chrono::hours> from;
  std::chrono::sys_time<std::chrono::hours> until;
};

/// The hours that had visits, in their order; nullopt: this store keeps none. Those of a day before `first_hour_kept`
/// stand together in its first hour, from the next commit on.
using History = std::optional<std::vector<HourVisits>>;

inline std::chrono::sys_time<std::chrono::hours> first_hour_kept(WallTime now) {
  return std::chrono::floor<std::chrono::days>(now) - limits::hours_kept;
}

/// Thread: one at a time. Every call blocks until the store has answered or given up.
/// An expired record (limits and rules: Counter::ttl) counts as absent; `now` decides.
class CounterStore {
 public:
  CounterStore() = default;
  CounterStore(const CounterStore&) = delete;
  CounterStore& operator=(const CounterStore&) = delete;
  virtual ~CounterStore() = default;

  /// Adds the visits atomically and durably, creating records that are absent, and fills in the outcomes.
  /// Requires: no counter twice in a batch; visits > 0.
  virtual void add(std::span<Addition> batch, WallTime now) = 0;

  /// The record as it is now, nullopt if absent. Changes nothing.
  virtual StoreResult<std::optional<Record>> read(const Counter& counter, WallTime now) = 0;

  /// Sets the count, creating the record if it is absent. Requires: count <= limits::count_max.
  virtual StoreResult<Record> set(const Counter& counter, Count count, WallTime now) = 0;

  /// How many visits came when. Counts that were set by hand are no visits. Changes nothing.
  virtual StoreResult<History> history(const Counter& /*counter*/, HourRange /*hours*/) { return std::nullopt; }

  /// The error from which only a restart recovers, once it has happened; nullptr before. Nothing is counted or
  /// acknowledged after it.
  virtual const StoreError* broken() const { return nullptr; }
};

/// When a record visited at `now` expires; nullopt if it is kept for ever.
inline std::optional<std::chrono::sys_seconds> expiry(const Counter& counter, WallTime now) {
  if (counter.ttl.count() == 0) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(now) + counter.ttl;
}

/// Whether a record with this expiry counts as absent at `now`. Without a TTL the expiry is ignored.
inline bool expired(const Counter& counter, std::optional<std::chrono::sys_seconds> expires, WallTime now) {
  return counter.ttl.count() != 0 && expires && *expires <= std::chrono::floor<std::chrono::seconds>(now);
}

}  // namespace vc::counter
