#include "app/lambda/lambda_handler.hpp"

#include <boost/container/static_vector.hpp>

#include <utility>

#include "app/version.hpp"
#include "function/direct.hpp"
#include "limits.hpp"
#include "telemetry/emf.hpp"

namespace vc::app {

using function::Plan;
using function::Traffic;
using http::Response;
using lambda::Answer;
using lambda::FunctionError;
using lambda::Invocation;
using telemetry::Field;
using telemetry::LogLevel;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::string_view service = "visitor-counter";

function::Function make_function(const LambdaConfig& config) {
  return function::Function({.counter = config.counter,
                             .preview_counter = config.preview_counter,
                             .cors = config.allowed_origins,
                             .version = std::string(version)});
}

}  // namespace

/// One invocation on its way, and what the log and the metrics will say of it.
struct LambdaHandler::Exchange {
  const Invocation& invocation;
  SteadyClock::time_point start;
  std::int64_t retries_before;
  Traffic traffic = Traffic::preview;
  std::string method = "-";
  std::string_view route = "-";
  std::string path;  // only without a route
  int status = 0;    // 0: an error of the function
  std::string_view outcome = "failed";
  std::string reason;  // of a failure
};

LambdaHandler::LambdaHandler(const LambdaConfig& config, LambdaStore store, telemetry::DirectLog& log,
                             const Clock& clock)
    : config_(config), function_(make_function(config)), store_(std::move(store)), log_(log), clock_(clock) {}

Answer LambdaHandler::handle(const Invocation& invocation) {
  Exchange exchange{.invocation = invocation, .start = SteadyClock::now(), .retries_before = store_.retries()};
  store_.finish_by(exchange.start + (invocation.deadline - clock_.now()) - limits::lambda_answer_time);
  const auto event = lambda::parse_event(invocation.event);
  if (!event) {
    exchange.reason = event.error().message;
    finish(exchange);
    return std::unexpected(FunctionError{std::string(lambda::invalid_event), event.error().message});
  }
  const Response response = answer(exchange, *event);
  exchange.status = response.status;
  finish(exchange);
  return lambda::to_json(response);
}

Response LambdaHandler::answer(Exchange& exchange, const lambda::Event& event) {
  exchange.method = event.method;
  exchange.traffic = lambda::traffic_of(event, config_.production_domain);
  const Plan plan = function_.plan(event.request(), exchange.traffic);
  if (std::holds_alternative<Plan::NoRoute>(plan.what)) {
    exchange.path = event.path;
  } else {
    exchange.route = event.path == "/counter" ? "/counter" : "/health";
  }
  auto answered = function::answer(function_, plan, store_.store, clock_.now(), exchange.invocation.request_id);
  exchange.outcome = answered.outcome;
  exchange.reason = std::move(answered.reason);
  return std::move(answered.response);
}

// The keys of the platform's own tools (Powertools), then those that serve has too.
void LambdaHandler::finish(const Exchange& exchange) {
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - exchange.start);
  const bool failed = !exchange.reason.empty();
  boost::container::static_vector<Field, 20> fields;
  const auto add = [&](std::string_view name, auto value) { fields.push_back({name, value}); };
  add("service", service);
  add("cold_start", std::exchange(cold_start_, false));
  add("function_name", std::string_view(config_.function_name));
  add("function_memory_size", config_.memory_mb);
  add("function_arn", std::string_view(exchange.invocation.function_arn));
  add("function_request_id", std::string_view(exchange.invocation.request_id));
  add("xray_trace_id", std::string_view(exchange.invocation.trace_id));
  add("stage", std::string_view(config_.stage));
  add("traffic", std::string_view(exchange.traffic == Traffic::production ? "production" : "preview"));
  add("method", std::string_view(exchange.method));
  add("route", exchange.route);
  if (!exchange.path.empty()) add("path", std::string_view(exchange.path));
  if (exchange.status != 0) add("status", std::int64_t{exchange.status});
  add("duration_us", std::int64_t{duration.count()});
  add("outcome", exchange.outcome);
  if (failed) add("reason", std::string_view(exchange.reason));
  log_.line(failed ? LogLevel::error : LogLevel::info, "request", fields);

  const bool real_visit = exchange.traffic == Traffic::production && exchange.outcome == "counted";
  log_.write(telemetry::emf_line({.stage = config_.stage,
                                  .route = exchange.route,
                                  .request_id = exchange.invocation.request_id,
                                  .visits = real_visit ? 1 : 0,
                                  .handler_errors = failed ? 1 : 0,
                                  .store_retries = store_.retries() - exchange.retries_before,
                                  .ambiguous_writes = exchange.outcome == "unknown" ? 1 : 0,
                                  .latency = duration},
                                 clock_.now()));
}

void LambdaHandler::failed(const Invocation& invocation, std::string_view reason) {
  complain(invocation, "the function failed", reason);
}

void LambdaHandler::refused(const Invocation& invocation, std::string_view reason) {
  complain(invocation, "the answer was not taken", reason);
}

void LambdaHandler::complain(const Invocation& invocation, std::string_view message, std::string_view reason) {
  log_.error(
      message,
      {{"service", service}, {"function_request_id", std::string_view(invocation.request_id)}, {"reason", reason}});
}

}  // namespace vc::app
