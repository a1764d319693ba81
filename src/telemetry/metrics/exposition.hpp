// The metrics as Prometheus reads them: the text format 0.0.4.
// https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "telemetry/metrics/metrics.hpp"

namespace vc::telemetry {

inline constexpr std::string_view exposition_type = "text/plain; version=0.0.4; charset=utf-8";

/// The open connections of one listener.
struct Listener {
  std::string_view name;
  std::uint64_t connections;
  std::uint64_t connections_max;
};

/// What is not counted but looked at when somebody asks.
struct Present {
  std::string_view version;
  std::string_view store;  // which kind it is
  WallTime started;
  std::uint64_t queued_visits;
  std::uint64_t queued_visits_max;
  std::uint64_t log_lines_dropped;
  std::vector<Listener> listeners;
};

std::string exposition(const Metrics& metrics, const Present& present);

}  // namespace vc::telemetry
