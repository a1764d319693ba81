// Metrics as lines of a log, which CloudWatch takes out of it: the Embedded Metric Format.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace vc::telemetry {

/// What one invocation adds to the metrics. Stage and route are their dimensions, and each pair of values is paid for:
/// never anything that a client chooses.
struct InvocationMetrics {
  std::string_view stage;
  std::string_view route;
  std::string_view request_id;  // to look for; no dimension
  std::int64_t visits = 0;
  std::int64_t handler_errors = 0;
  std::int64_t store_retries = 0;
  std::int64_t ambiguous_writes = 0;
  std::chrono::microseconds latency{};
};

/// One line and its end. Requires: texts that need no escapes in JSON.
std::string emf_line(const InvocationMetrics& metrics, WallTime now);

}  // namespace vc::telemetry
