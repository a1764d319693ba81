// Lambda's Invoke API on the ops listener, so that the AWS CLI can invoke the function here as it does there.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/time_text.hpp"
#include "counter/store_driver.hpp"
#include "function/function.hpp"
#include "http/handler.hpp"
#include "lambda/event.hpp"
#include "lambda/invoke_request.hpp"
#include "telemetry/log.hpp"

namespace vc::ops {

struct InvokeOptions {
  lambda::DeployedFunction deployed;
  std::string production_domain;                                     // empty: every event is production
  std::function<void(function::Traffic, counter::Outcome)> visited;  // told of each visit
};

/// Once the function has run the answer is 2xx: whatever else, the caller's tools would ask again, and count again.
/// Thread: its loop's. Lifetime: everything handed in outlives it.
class InvokeApi final {
 public:
  InvokeApi(const function::Function& function, counter::Desk& desk, telemetry::Log& log, const Clock& clock,
            InvokeOptions options)
      : function_(function), desk_(desk), log_(log), clock_(clock), options_(std::move(options)), line_(log.format()) {}

  /// Sends the one reply. `name` is lambda::invoked_name of the request, which is a POST.
  http::Awaitable<void> handle(const http::Request& request, std::string_view name, http::Reply& reply);

 private:
  struct Exchange;
  struct Ran;

  http::Awaitable<Ran> run(const lambda::Event& event, std::string_view request_id);
  Ran visited(const function::Plan& plan, const counter::Visit& visit, std::string_view request_id);
  Ran checked(const function::Plan& plan, const counter::Read& read, std::string_view request_id);
  Ran without_store(const function::Plan& plan) const;
  static Ran not_run(const lambda::EventError& error);
  static Ran ran(const http::Response& response, std::string_view outcome);
  void refuse(Exchange& exchange, const lambda::InvokeError& error);
  void answer(Exchange& exchange, const lambda::InvokeRequest& asked, const Ran& ran);
  std::string finish(const Exchange& exchange, int status, const Ran& ran);

  const function::Function& function_;
  counter::Desk& desk_;
  telemetry::Log& log_;
  const Clock& clock_;
  const InvokeOptions options_;
  telemetry::LineWriter line_;
  Random random_;
  SecondText time_;
};

}  // namespace vc::ops
