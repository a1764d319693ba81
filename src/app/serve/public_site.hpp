// The way of a visitor's request through the house: admit, plan, store, respond.
#pragma once

#include <string>

#include "app/config/config.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/time_text.hpp"
#include "counter/store_driver.hpp"
#include "function/function.hpp"
#include "gateway/gateway.hpp"
#include "http/handler.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics/metrics.hpp"

namespace vc::app {

/// What all listeners and threads share; nothing in it changes.
struct PublicApi {
  gateway::Gateway gateway;
  function::Function function;
  std::string stage;
  LogClients log_clients = LogClients::no;
};

/// One listener on one I/O thread. Thread: its loop's. Lifetime: everything handed in outlives it.
class PublicSite final : public http::Handler {
 public:
  PublicSite(const PublicApi& api, function::Traffic traffic, counter::Desk& desk, telemetry::TurnLog& log,
             telemetry::SiteMetrics& metrics, const Clock& clock)
      : api_(api), traffic_(traffic), desk_(desk), log_(log), metrics_(metrics), clock_(clock) {}

  http::Awaitable<void> handle(const http::Request& request, http::Reply& reply) override;
  void refuse(http::Refusal refusal, http::Reply& reply) override;
  void failed(const std::exception& reason) override;

 private:
  struct Exchange;

  Exchange begin(std::string_view method, const http::Fields& fields, http::Reply& reply);
  const gateway::Route* admit(Exchange& exchange, const http::Request& request);
  http::Awaitable<void> read_health(Exchange& exchange, const function::Plan& plan, const counter::Counter& counter);
  http::Response visited(const function::Plan& plan, const counter::Visit& visit,
                         const function::Context& context) const;
  void refuse(Exchange& exchange, const gateway::GatewayError& error);
  void answer(Exchange& exchange, http::Response response, std::string_view outcome);
  function::Context context(const Exchange& exchange);
  void finish(const Exchange& exchange);

  const PublicApi& api_;
  const function::Traffic traffic_;
  counter::Desk& desk_;
  telemetry::TurnLog& log_;
  telemetry::SiteMetrics& metrics_;
  const Clock& clock_;
  Random random_;
  SecondText time_;
};

}  // namespace vc::app
