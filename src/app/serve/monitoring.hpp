// What the ops listener shows of the whole program: what it has counted of itself, and how things stand now.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.hpp"
#include "base/clock.hpp"
#include "counter/store_driver.hpp"
#include "http/server.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics/exposition.hpp"
#include "telemetry/metrics/metrics.hpp"

namespace vc::app {

/// Thread: the first loop's, the metrics aside. Lifetime: everything handed in outlives it.
class Monitoring final {
 public:
  Monitoring(const Config& config, const telemetry::Metrics& metrics, const telemetry::Log& log, const Clock& clock)
      : config_(config), metrics_(metrics), log_(log), started_(clock.now()) {}

  /// From now on the connections of this listener are shown. The name is a constant.
  void watch(std::string_view name, const http::ServerOptions& listener);

  telemetry::Present present(counter::StoreDriver& driver) const;

  /// The page that Prometheus reads.
  std::string exposition(counter::StoreDriver& driver) const {
    return telemetry::exposition(metrics_, present(driver));
  }

 private:
  struct Watched {
    std::string_view name;
    std::shared_ptr<std::atomic<std::size_t>> connections;
    std::size_t connections_max;
  };

  const Config& config_;
  const telemetry::Metrics& metrics_;
  const telemetry::Log& log_;
  const WallTime started_;
  std::vector<Watched> listeners_;
};

}  // namespace vc::app
