#include "ops/invoke_api.hpp"

#include <boost/container/static_vector.hpp>

#include <algorithm>
#include <cmath>

#include "base/base64.hpp"
#include "http/suspend.hpp"
#include "limits.hpp"

namespace vc::ops {

using function::Plan;
using http::Awaitable;
using http::Response;
using lambda::InvocationType;
using lambda::InvokeError;
using lambda::InvokeRequest;
using telemetry::Field;
using SteadyClock = std::chrono::steady_clock;

/// One invocation on its way.
struct InvokeApi::Exchange {
  http::Reply& reply;
  SteadyClock::time_point start;
  Uuid request_id;
  TraceId trace_id;
};

/// What became of it.
struct InvokeApi::Ran {
  std::string result;
  int status = 0;  // of the function's response; 0: an error of the function
  std::string_view outcome;
};

Awaitable<void> InvokeApi::handle(const http::Request& request, std::string_view name, http::Reply& reply) {
  Exchange exchange{.reply = reply,
                    .start = SteadyClock::now(),
                    .request_id = random_.uuid(),
                    .trace_id = random_.trace_id(clock_.now())};
  const auto asked = lambda::read_invoke_request(request, name, options_.deployed);
  if (!asked) {
    refuse(exchange, asked.error());
    co_return;
  }
  if (asked->type == InvocationType::dry_run) {
    answer(exchange, *asked, {.result = "", .outcome = "dry-run"});
    co_return;
  }
  const auto event = lambda::parse_event(asked->payload);
  if (!event && event.error().why == lambda::EventError::Why::no_json) {
    refuse(exchange, lambda::no_json(event.error().message));
  } else if (!event) {
    answer(exchange, *asked, not_run(event.error()));
  } else {
    const Ran ran = co_await run(*event, view(exchange.request_id));
    answer(exchange, *asked, ran);
  }
}

// Responses are built in plain functions: they are large, and a coroutine would keep them in its frame. No co_await
// stands in a conditional expression: g++ 12 frees its result twice.
Awaitable<InvokeApi::Ran> InvokeApi::run(const lambda::Event& event, std::string_view request_id) {
  const function::Traffic traffic = lambda::traffic_of(event, options_.production_domain);
  const Plan plan = function_.plan(event.request(), traffic);
  if (const auto* count = std::get_if<Plan::Count>(&plan.what)) {
    counter::Visit visit(*count->counter);
    co_await http::suspend([&](Resume done) { desk_.count(visit, done); });
    options_.visited(traffic, visit.outcome);
    co_return visited(plan, visit, request_id);
  }
  if (const auto* health = std::get_if<Plan::ReadHealth>(&plan.what)) {
    counter::Read read(*health->counter);
    co_await http::suspend([&](Resume done) { desk_.read(read, done); });
    co_return checked(plan, read, request_id);
  }
  co_return without_store(plan);
}

InvokeApi::Ran InvokeApi::visited(const Plan& plan, const counter::Visit& visit, std::string_view request_id) {
  const function::Context context{.request_id = request_id, .time = time_.rfc3339(clock_.now())};
  if (visit.outcome == counter::Outcome::counted) return ran(function_.counted(plan, visit.number, context), "counted");
  return ran(function_.not_counted(plan, visit.outcome, context), name(visit.outcome));
}

InvokeApi::Ran InvokeApi::checked(const Plan& plan, const counter::Read& read, std::string_view request_id) {
  const function::Context context{.request_id = request_id, .time = time_.rfc3339(clock_.now())};
  return ran(function_.health(plan, read.result, context), read.result ? "read" : "failed");
}

InvokeApi::Ran InvokeApi::without_store(const Plan& plan) const {
  if (std::holds_alternative<Plan::Preflight>(plan.what)) return ran(function_.preflight(plan), "preflight");
  return ran(function_.no_route(), "refused");
}

InvokeApi::Ran InvokeApi::ran(const Response& response, std::string_view outcome) {
  return {.result = lambda::to_json(response), .status = response.status, .outcome = outcome};
}

InvokeApi::Ran InvokeApi::not_run(const lambda::EventError& error) {
  return {.result = lambda::error_json(lambda::invalid_event, error.message), .outcome = "error"};
}

void InvokeApi::refuse(Exchange& exchange, const InvokeError& error) {
  Response response(error.status);
  response.header("Content-Type", "application/json");
  response.header("x-amzn-RequestId", view(exchange.request_id));
  response.header("x-amzn-ErrorType", error.type);
  response.text(error.body);
  exchange.reply.send(response);
  finish(exchange, error.status, {.result = "", .outcome = error.type});
}

void InvokeApi::answer(Exchange& exchange, const InvokeRequest& asked, const Ran& ran) {
  const bool waits = asked.type == InvocationType::request_response;
  const int status = waits ? 200 : asked.type == InvocationType::event ? 202 : 204;
  std::string log = finish(exchange, status, ran);
  log = base64(log.substr(log.size() - std::min(log.size(), limits::invoke_log_bytes_max)));

  Response response(status);
  response.header("x-amzn-RequestId", view(exchange.request_id));
  if (waits) {
    response.header("Content-Type", "application/json");
    response.header("X-Amz-Executed-Version", "$LATEST");
    response.header("X-Amzn-Trace-Id", view(exchange.trace_id));
    if (ran.status == 0) response.header("X-Amz-Function-Error", "Unhandled");
    if (asked.log == lambda::LogType::tail) response.header("X-Amz-Log-Result", log);
    response.text(ran.result);
  }
  exchange.reply.send(response);
}

// The log of an invocation, between the platform's own lines as callers know them.
std::string InvokeApi::finish(const Exchange& exchange, int status, const Ran& ran) {
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - exchange.start);
  const std::string_view id = view(exchange.request_id);
  boost::container::static_vector<Field, 8> fields;
  const auto add = [&](std::string_view name, auto value) { fields.push_back({name, value}); };
  add("request_id", id);
  add("trace_id", view(exchange.trace_id));
  add("function", std::string_view(options_.deployed.name));
  add("status", std::int64_t{status});
  if (ran.status != 0) add("function_status", std::int64_t{ran.status});
  add("duration_us", std::int64_t{duration.count()});
  add("outcome", ran.outcome);
  std::string line;
  line_.append(line, clock_.now(), telemetry::LogLevel::info, "invoke", fields);
  if (log_.wants(telemetry::LogLevel::info)) log_.write(line, 1);

  const std::chrono::duration<double, std::milli> milliseconds = duration;
  return fmt::format(
      "START RequestId: {0} Version: $LATEST\n{1}END RequestId: {0}\n"
      "REPORT RequestId: {0}\tDuration: {2:.2f} ms\tBilled Duration: {3:.0f} ms\n",
      id, line, milliseconds.count(), std::ceil(milliseconds.count()));
}

}  // namespace vc::ops
