#include "app/serve/public_site.hpp"

#include <boost/container/static_vector.hpp>

#include <chrono>
#include <optional>
#include <string>

#include "app/serve/labels.hpp"
#include "http/suspend.hpp"

namespace vc::app {

using counter::Outcome;
using function::Plan;
using gateway::GatewayError;
using gateway::Ids;
using http::Awaitable;
using http::Request;
using http::Response;
using telemetry::Field;

using namespace std::chrono_literals;

namespace {

const GatewayError& error_of(http::Refusal refusal) {
  switch (refusal) {
    case http::Refusal::malformed: return gateway::bad_request;
    case http::Refusal::head_too_large: return gateway::head_too_large;
    case http::Refusal::body_too_large: return gateway::body_too_large;
    case http::Refusal::version_not_supported: return gateway::version_not_supported;
    case http::Refusal::expectation_failed: return gateway::expectation_failed;
    case http::Refusal::too_many_connections: return gateway::too_many_requests;
  }
  return gateway::bad_request;
}

}  // namespace

/// One request on its way, and what the log will say of it.
struct PublicSite::Exchange {
  http::Reply& reply;
  gateway::Moment began;
  Ids ids;
  std::string_view method;
  std::string_view route = "-";
  telemetry::Route measured = telemetry::Route::none;
  std::string_view path;  // only without a route: a route says more than a client's words
  int status = 0;
  std::string_view outcome;
  std::string_view error_type;
  std::string key_name;                          // never the key
  std::optional<std::chrono::nanoseconds> wait;  // for a refusal that says when to come again
  std::optional<IpAddress> client;               // only if it is to be logged
};

// Responses are built and sent in plain functions: they are large, and a coroutine would keep them in its frame.
Awaitable<void> PublicSite::handle(const Request& request, http::Reply& reply) {
  Exchange exchange = begin(request.method, request.fields, reply);
  if (api_.log_clients == LogClients::yes) exchange.client = api_.gateway.client(request);
  const gateway::Route* const route = admit(exchange, request);
  if (route == nullptr) co_return;

  const Plan plan =
      api_.function.plan({.method = request.method, .path = route->path, .fields = request.fields}, traffic_);
  if (const auto* count = std::get_if<Plan::Count>(&plan.what)) {
    counter::Visit visit(*count->counter);
    co_await http::suspend([&](Resume done) { desk_.count(visit, done); });
    metrics_.visited(label_of(traffic_), visit.outcome);
    answer(exchange, visited(plan, visit, context(exchange)), name(visit.outcome));
  } else if (const auto* health = std::get_if<Plan::ReadHealth>(&plan.what)) {
    co_await read_health(exchange, plan, *health->counter);
  } else if (std::holds_alternative<Plan::Preflight>(plan.what)) {
    answer(exchange, api_.function.preflight(plan), "preflight");
  } else {
    answer(exchange, api_.function.no_route(), "refused");
  }
}

// Apart, because it is rare: every visit's frame would have room for a record.
Awaitable<void> PublicSite::read_health(Exchange& exchange, const Plan& plan, const counter::Counter& counter) {
  counter::Read read(counter);
  co_await http::suspend([&](Resume done) { desk_.read(read, done); });
  answer(exchange, api_.function.health(plan, read.result, context(exchange)), read.result ? "read" : "failed");
}

Response PublicSite::visited(const Plan& plan, const counter::Visit& visit, const function::Context& context) const {
  if (visit.outcome != Outcome::counted) return api_.function.not_counted(plan, visit.outcome, context);
  return api_.function.counted(plan, visit.number, context);
}

void PublicSite::refuse(http::Refusal refusal, http::Reply& reply) {
  Exchange exchange = begin("-", {}, reply);
  refuse(exchange, error_of(refusal));
}

/// The request's route; nullptr: it has been refused.
const gateway::Route* PublicSite::admit(Exchange& exchange, const Request& request) {
  gateway::Admission admission = api_.gateway.admit(request, exchange.began);
  if (admission.route != nullptr) {
    exchange.route = admission.route->path;
    exchange.measured = label_of(*admission.route);
  } else {
    exchange.path = request.path;
  }
  exchange.key_name = std::move(admission.key_name);
  exchange.wait = admission.wait;
  if (admission.refused == nullptr) return admission.route;
  refuse(exchange, *admission.refused);
  return nullptr;
}

PublicSite::Exchange PublicSite::begin(std::string_view method, const http::Fields& fields, http::Reply& reply) {
  const gateway::Moment now{.steady = std::chrono::steady_clock::now(), .wall = clock_.now()};
  return {.reply = reply, .began = now, .ids = gateway::make_ids(random_, now.wall, fields), .method = method};
}

void PublicSite::refuse(Exchange& exchange, const GatewayError& error) {
  Response response = gateway::refuse(error, exchange.method, exchange.ids);
  const fmt::format_int seconds(std::chrono::ceil<std::chrono::seconds>(exchange.wait.value_or(0s)).count());
  if (exchange.wait) response.header("Retry-After", {seconds.data(), seconds.size()});
  exchange.reply.send(response);
  exchange.status = error.status;
  exchange.outcome = "refused";
  exchange.error_type = error.type;
  metrics_.refused(label_of(error));
  finish(exchange);
}

void PublicSite::answer(Exchange& exchange, Response response, std::string_view outcome) {
  gateway::add_headers(response, exchange.ids);
  exchange.reply.send(response);
  exchange.status = response.status;
  exchange.outcome = outcome;
  finish(exchange);
}

function::Context PublicSite::context(const Exchange& exchange) {
  return {.request_id = view(exchange.ids.request_id), .time = time_.rfc3339(clock_.now())};
}

void PublicSite::finish(const Exchange& exchange) {
  const auto duration = std::chrono::steady_clock::now() - exchange.began.steady;
  metrics_.answered(exchange.measured, exchange.status, duration);
  boost::container::static_vector<Field, 12> fields;
  const auto add = [&](std::string_view name, auto value) { fields.push_back({name, value}); };
  add("request_id", view(exchange.ids.request_id));
  add("trace_id", view(exchange.ids.trace_id));
  add("stage", std::string_view(api_.stage));
  add("method", exchange.method);
  add("route", exchange.route);
  if (!exchange.path.empty()) add("path", exchange.path);
  add("status", std::int64_t{exchange.status});
  add("duration_us", std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
  add("outcome", exchange.outcome);
  if (!exchange.error_type.empty()) add("error_type", exchange.error_type);
  if (!exchange.key_name.empty()) add("key_name", std::string_view(exchange.key_name));
  const std::string client = exchange.client ? text(*exchange.client) : "";
  if (exchange.client) add("client", std::string_view(client));
  log_.line(telemetry::LogLevel::info, "request", fields);
}

void PublicSite::failed(const std::exception& reason) {
  const std::array fields = {Field{"reason", std::string_view(reason.what())}};
  log_.line(telemetry::LogLevel::error, "connection failed", fields);
}

}  // namespace vc::app
