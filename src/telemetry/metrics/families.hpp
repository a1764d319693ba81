// The one list of metrics: their names, and what they mean. What the server sends says it, and the table of
// docs/metrics.md is made from that.
#pragma once

#include <string_view>

namespace vc::telemetry {

enum class MetricType { counter, gauge, histogram };

constexpr std::string_view name(MetricType type) {
  switch (type) {
    case MetricType::counter: return "counter";
    case MetricType::gauge: return "gauge";
    case MetricType::histogram: return "histogram";
  }
  return "untyped";
}

/// Named by Prometheus' rules (https://prometheus.io/docs/practices/naming/), which keep the word counter for a type:
/// hence the prefix without an underscore. The help is one line, with no backslash.
struct Family {
  std::string_view name;
  MetricType type;
  std::string_view help;
};

namespace families {

using enum MetricType;

inline constexpr Family requests{"visitorcounter_http_requests_total", counter,
                                 "Requests of visitors that were answered, by route and class of status."};
inline constexpr Family request_duration{"visitorcounter_http_request_duration_seconds", histogram,
                                         "From a request's head to its answer, by route."};
inline constexpr Family refusals{"visitorcounter_gateway_refusals_total", counter,
                                 "Requests that the gateway refused; none of them was counted."};
inline constexpr Family visits{"visitorcounter_visits_total", counter,
                               "Visits by what was answered: counted is a number, given only once it was durable."};
inline constexpr Family store_up{"visitorcounter_store_up", gauge,
                                 "Whether the store's last answer was a good one: 1 or 0."};
inline constexpr Family commit_duration{"visitorcounter_store_commit_duration_seconds", histogram,
                                        "How long the store took to make one batch of visits durable, or to fail."};
inline constexpr Family commit_visits{"visitorcounter_store_commit_visits", histogram,
                                      "Visits that shared one commit."};
inline constexpr Family store_errors{"visitorcounter_store_errors_total", counter,
                                     "What the store could not do, by kind of trouble."};
inline constexpr Family queued_visits{"visitorcounter_store_queued_visits", gauge,
                                      "Visits that wait for the store now, those being committed included."};
inline constexpr Family queued_visits_max{"visitorcounter_store_queued_visits_limit", gauge,
                                          "How many visits may wait; the next one is not counted."};
inline constexpr Family connections{"visitorcounter_http_connections", gauge, "Open connections of each listener."};
inline constexpr Family connections_max{"visitorcounter_http_connections_limit", gauge,
                                        "How many connections each listener holds."};
inline constexpr Family log_lines_dropped{"visitorcounter_log_lines_dropped_total", counter,
                                          "Lines of the log that its reader was too slow for."};
inline constexpr Family build_info{"visitorcounter_build_info", gauge, "Always 1: which program this is."};
inline constexpr Family cpu_seconds{"process_cpu_seconds_total", counter, "CPU time of the process."};
inline constexpr Family resident_bytes{"process_resident_memory_bytes", gauge, "Memory that is in RAM."};
inline constexpr Family virtual_bytes{"process_virtual_memory_bytes", gauge, "Addresses that are in use."};
inline constexpr Family open_descriptors{"process_open_fds", gauge, "Open file descriptors."};
inline constexpr Family descriptors_max{"process_max_fds", gauge, "How many file descriptors may be open."};
inline constexpr Family start_time{"process_start_time_seconds", gauge,
                                   "When the process began, in seconds since 1970."};

}  // namespace families
}  // namespace vc::telemetry
