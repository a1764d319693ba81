// The ops listener's routes: for the operator and the program's own commands, never for visitors.
#pragma once

#include <functional>
#include <string>

#include "counter/store_driver.hpp"
#include "http/handler.hpp"
#include "ops/counters_api.hpp"
#include "ops/dashboard.hpp"
#include "ops/invoke_api.hpp"
#include "telemetry/log.hpp"

namespace vc::ops {

struct OpsOptions {
  counter::Counter counter;  // whose store /readyz asks
  std::function<bool()> draining;
  std::function<std::string()> metrics;  // as Prometheus reads them
  std::string version;
};

/// Thread: its loop's. Lifetime: everything handed in outlives it.
class OpsSite final : public http::Handler {
 public:
  OpsSite(counter::Desk& desk, CountersApi& counters, InvokeApi& invoke_api, Dashboard& dashboard, telemetry::Log& log,
          OpsOptions options)
      : desk_(desk),
        counters_(counters),
        invoke_api_(invoke_api),
        dashboard_(dashboard),
        log_(log),
        options_(std::move(options)) {}

  http::Awaitable<void> handle(const http::Request& request, http::Reply& reply) override;
  void refuse(http::Refusal refusal, http::Reply& reply) override;
  void failed(const std::exception& reason) override;

 private:
  http::Awaitable<http::Response> answer(const http::Request& request);
  http::Awaitable<http::Response> ready();

  counter::Desk& desk_;
  CountersApi& counters_;
  InvokeApi& invoke_api_;
  Dashboard& dashboard_;
  telemetry::Log& log_;
  const OpsOptions options_;
};

}  // namespace vc::ops
