// What the dashboard's page is told, as JSON; web/dashboard/script.js reads it.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "counter/store.hpp"
#include "telemetry/metrics/exposition.hpp"
#include "telemetry/metrics/metrics.hpp"
#include "telemetry/metrics/recent.hpp"

namespace vc::ops {

/// How things stand at one moment.
struct DashboardFigures {
  WallTime time;
  counter::StoreResult<std::optional<counter::Record>> record;
  counter::StoreResult<counter::History> today;
  telemetry::Present present;
  telemetry::SiteTotals totals;
  telemetry::TrafficFigures traffic;
};

/// One line.
std::string to_json(const DashboardFigures& figures);

}  // namespace vc::ops
