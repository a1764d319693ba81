// What is counted of the program's own work. Every label is an enum: how many series there are is known at compile
// time, whatever clients send.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "counter/store.hpp"
#include "telemetry/metrics/histogram.hpp"

namespace vc::telemetry {

/// A route template of the public API; `none`: the request led nowhere, or never became one.
enum class Route { count, count_preflight, health, health_preflight, none };
inline constexpr std::size_t route_count = 5;

enum class StatusClass { success, client_error, server_error };
inline constexpr std::size_t status_class_count = 3;

constexpr StatusClass status_class(int status) {
  if (status < 400) return StatusClass::success;
  return status < 500 ? StatusClass::client_error : StatusClass::server_error;
}

/// Why the gateway has refused a request; `other` is a reason that nobody has named yet.
enum class Refusal {
  no_such_route,
  forbidden,
  limit_exceeded,
  too_many_requests,
  bad_request,
  expectation_failed,
  version_not_supported,
  body_too_large,
  head_too_large,
  other,
};
inline constexpr std::array<std::string_view, 10> refusal_names = {"no_such_route",         "forbidden",
                                                                   "limit_exceeded",        "too_many_requests",
                                                                   "bad_request",           "expectation_failed",
                                                                   "version_not_supported", "body_too_large",
                                                                   "head_too_large",        "other"};

enum class Traffic { production, preview };
inline constexpr std::array<std::string_view, 2> traffic_names = {"production", "preview"};

inline constexpr std::array<std::string_view, 3> outcome_names = {
    name(counter::Outcome::counted), name(counter::Outcome::not_counted), name(counter::Outcome::unknown)};

inline constexpr std::array<std::string_view, 7> fault_names = {
    "timeout", "connection", "access_denied", "table_not_found", "throttled", "storage", "shutting_down"};

/// What one I/O thread has answered. Thread: its own writes, any reads.
class alignas(64) SiteMetrics final {
 public:
  void answered(Route route, int status, std::chrono::steady_clock::duration duration) {
    const auto index = static_cast<std::size_t>(std::to_underlying(route));
    requests_[index][static_cast<std::size_t>(std::to_underlying(status_class(status)))].add();
    durations_[index].observe(nanoseconds(duration));
  }
  void refused(Refusal why) { refusals_[static_cast<std::size_t>(std::to_underlying(why))].add(); }
  void visited(Traffic traffic, counter::Outcome outcome) {
    visits_[static_cast<std::size_t>(std::to_underlying(traffic))]
           [static_cast<std::size_t>(std::to_underlying(outcome))]
               .add();
  }

 private:
  friend struct SiteTotals;
  std::array<std::array<Tally, status_class_count>, route_count> requests_;
  std::array<DurationHistogram, route_count> durations_;
  std::array<Tally, refusal_names.size()> refusals_;
  std::array<std::array<Tally, outcome_names.size()>, traffic_names.size()> visits_;
};

/// The same of all I/O threads together, at one moment.
struct SiteTotals {
  std::array<std::array<std::uint64_t, status_class_count>, route_count> requests{};
  std::array<Durations, route_count> durations{};
  std::array<std::uint64_t, refusal_names.size()> refusals{};
  std::array<std::array<std::uint64_t, outcome_names.size()>, traffic_names.size()> visits{};

  void add(const SiteMetrics& thread);
};

/// What the store was asked and how it went. Thread: the store's writes, any reads.
struct StoreMetrics {
  DurationHistogram commit_durations;
  BatchHistogram visits_per_commit;
  std::array<Tally, fault_names.size()> errors;
  std::atomic<bool> last_call_succeeded = true;

  void failed(counter::StoreFault fault) { errors[static_cast<std::size_t>(std::to_underlying(fault))].add(); }
};

/// All of it. Lifetime: outlives the threads that write.
class Metrics final {
 public:
  explicit Metrics(std::size_t io_threads);

  SiteMetrics& site(std::size_t io_thread) { return *sites_[io_thread]; }
  SiteTotals sites() const;
  StoreMetrics& store() { return store_; }
  const StoreMetrics& store() const { return store_; }

 private:
  alignas(64) StoreMetrics store_;
  std::vector<std::unique_ptr<SiteMetrics>> sites_;
};

}  // namespace vc::telemetry
