#include "app/public_site.hpp"

#include <boost/container/static_vector.hpp>

#include <chrono>

#include "http/suspend.hpp"

namespace vc::app {

using counter::Outcome;
using function::Context;
using function::Plan;
using gateway::GatewayError;
using gateway::Ids;
using http::Awaitable;
using http::Request;
using telemetry::Field;

namespace {

using Stopwatch = std::chrono::steady_clock;

/// What the log says of one request, beside its ids.
struct LogEntry {
  std::string_view stage;
  std::string_view method;
  std::string_view route = "-";
  std::string_view path;  // only without a route: a route says more than a client's words
  int status = 0;
  std::string_view outcome;
  std::string_view error_type;
};

void write(telemetry::TurnLog& log, const LogEntry& entry, const Ids& ids, Stopwatch::time_point start) {
  boost::container::static_vector<Field, 10> fields;
  const auto add = [&](std::string_view name, auto value) { fields.push_back({name, value}); };
  add("request_id", view(ids.request_id));
  add("trace_id", view(ids.trace_id));
  add("stage", entry.stage);
  add("method", entry.method);
  add("route", entry.route);
  if (!entry.path.empty()) add("path", entry.path);
  add("status", std::int64_t{entry.status});
  add("duration_us", std::chrono::duration_cast<std::chrono::microseconds>(Stopwatch::now() - start).count());
  add("outcome", entry.outcome);
  if (!entry.error_type.empty()) add("error_type", entry.error_type);
  log.info("request", fields);
}

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::counted: return "counted";
    case Outcome::not_counted: return "not-counted";
    case Outcome::unknown: return "unknown";
  }
  return "unknown";
}

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

Awaitable<void> PublicSite::handle(const Request& request, http::Reply& reply) {
  const auto start = Stopwatch::now();
  const Ids ids = gateway::make_ids(random_, clock_.now());
  LogEntry entry{.stage = api_.stage, .method = request.method};

  const gateway::Admission admission = api_.gateway.admit(request);
  if (admission.refused != nullptr) {
    reply.send(gateway::refuse(*admission.refused, request.method, ids));
    entry.path = request.path;
    entry.status = admission.refused->status;
    entry.outcome = "refused";
    entry.error_type = admission.refused->type;
  } else {
    Request inner = request;
    inner.path = admission.route->path;
    const Plan plan = api_.function.plan(inner, traffic_);
    Answer answer = co_await carry_out(plan, view(ids.request_id));
    gateway::add_headers(answer.response, ids);
    reply.send(answer.response);
    entry.route = admission.route->path;
    entry.status = answer.response.status;
    entry.outcome = answer.outcome;
  }
  write(log_, entry, ids, start);
}

Awaitable<PublicSite::Answer> PublicSite::carry_out(const Plan& plan, std::string_view request_id) {
  const function::Function& function = api_.function;
  const auto context = [&] { return Context{request_id, time_.rfc3339(clock_.now())}; };

  if (const auto* count = std::get_if<Plan::Count>(&plan.what)) {
    counter::Visit visit(*count->counter);
    co_await http::suspend([&](Resume done) { desk_.count(visit, done); });
    co_return Answer{visit.outcome == Outcome::counted ? function.counted(plan, visit.number, context())
                                                       : function.not_counted(plan, visit.outcome, context()),
                     name(visit.outcome)};
  }
  if (const auto* health = std::get_if<Plan::ReadHealth>(&plan.what)) {
    counter::Read read(*health->counter);
    co_await http::suspend([&](Resume done) { desk_.read(read, done); });
    co_return Answer{function.health(plan, read.result, context()), read.result ? "read" : "failed"};
  }
  if (std::holds_alternative<Plan::Preflight>(plan.what)) co_return Answer{function.preflight(plan), "preflight"};
  co_return Answer{function.no_route(), "refused"};
}

void PublicSite::refuse(http::Refusal refusal, http::Reply& reply) {
  const auto start = Stopwatch::now();
  const Ids ids = gateway::make_ids(random_, clock_.now());
  const GatewayError& error = error_of(refusal);
  reply.send(gateway::refuse(error, "-", ids));
  write(log_,
        {.stage = api_.stage, .method = "-", .status = error.status, .outcome = "refused", .error_type = error.type},
        ids, start);
}

void PublicSite::failed(const std::exception& reason) {
  const std::array fields = {Field{"reason", std::string_view(reason.what())}};
  log_.info("connection failed", fields);
}

}  // namespace vc::app
