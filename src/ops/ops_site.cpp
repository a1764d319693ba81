#include "ops/ops_site.hpp"

#include <algorithm>
#include <array>

#include "function/function.hpp"
#include "http/suspend.hpp"
#include "limits.hpp"
#include "ops/guard.hpp"
#include "ops/record_json.hpp"
#include "ops/responses.hpp"
#include "telemetry/metrics/exposition.hpp"

namespace vc::ops {

using counter::Counter;
using counter::CounterId;
using http::Awaitable;
using http::Request;
using http::Response;

namespace {

Response wrong_method(std::string_view allowed) {
  Response response = error_response(405, "method not allowed");
  response.header("Allow", allowed);
  return response;
}

int status_of(http::Refusal refusal) {
  switch (refusal) {
    case http::Refusal::malformed: return 400;
    case http::Refusal::head_too_large: return 431;
    case http::Refusal::body_too_large: return 413;
    case http::Refusal::version_not_supported: return 505;
    case http::Refusal::expectation_failed: return 417;
    case http::Refusal::too_many_connections: return 429;
  }
  return 400;
}

/// The dashboard's page may be come to from anywhere, all else of it from that page alone.
bool may_see(const Request& request) {
  return request.path == "/dashboard" ? may_visit(request.fields) : may_enter(request.fields);
}

}  // namespace

Awaitable<void> OpsSite::handle(const Request& request, http::Reply& reply) {
  const auto function = lambda::invoked_name(request.path);
  if (function && request.method == "POST" && may_enter(request.fields)) {
    co_await invoke_api_.handle(request, *function, reply);
    co_return;
  }
  if (request.method == "GET" && Dashboard::has(request.path) && may_see(request)) {
    co_await dashboard_.handle(request, reply);
    co_return;
  }
  const Response response = co_await answer(request);
  reply.send(response);
  log_.debug("ops request", {{"method", request.method}, {"path", request.path}, {"status", response.status}});
}

Awaitable<Response> OpsSite::answer(const Request& request) {
  if (!may_enter(request.fields)) co_return error_response(403, "this listener is for programs on this machine");
  constexpr std::string_view counters = "/counters/";
  if (request.path.starts_with(counters)) co_return co_await counter(request, request.path.substr(counters.size()));

  if (lambda::invoked_name(request.path)) co_return wrong_method("POST");
  if (Dashboard::has(request.path)) co_return wrong_method("GET");

  constexpr std::array<std::string_view, 4> pages = {"/livez", "/readyz", "/version", "/metrics"};
  if (std::ranges::find(pages, request.path) == pages.end()) co_return error_response(404, "no such page");
  if (request.method != "GET") co_return wrong_method("GET");
  if (request.path == "/readyz") co_return co_await ready();
  if (request.path == "/version") co_return json_response(200, fmt::format(R"({{"version": "{}"}})", options_.version));
  if (request.path == "/metrics") co_return text_response(200, telemetry::exposition_type, options_.metrics());
  co_return json_response(200, R"({"status": "alive"})");
}

Awaitable<Response> OpsSite::ready() {
  counter::Read read(options_.counter);
  if (options_.draining()) {
    read.result = std::unexpected(counter::StoreError{counter::StoreFault::shutting_down, {}});
  } else {
    co_await http::suspend([&](Resume done) { desk_.read(read, done); });
  }
  if (read.result) co_return json_response(200, R"({"status": "ready"})");
  co_return json_response(503, fmt::format(R"({{"status": "unready", "reason": "{}"}})",
                                           function::public_words(read.result.error().fault)));
}

Awaitable<Response> OpsSite::counter(const Request& request, std::string_view text) {
  const auto id = CounterId::parse(text);
  if (!id) co_return error_response(400, id.error().message);
  if (request.method == "GET") co_return co_await read(options_.counter_of(*id));
  if (request.method != "PUT") co_return wrong_method("GET, PUT");

  if (!has_json_body(request.fields)) co_return error_response(415, "Content-Type must be application/json");
  if (request.body.size() > limits::correction_bytes_max) co_return error_response(413, http::reason_phrase(413));
  const auto count = parse_correction(request.body);
  if (!count) co_return error_response(400, count.error().message);
  co_return co_await correct(options_.counter_of(*id), *count);
}

Awaitable<Response> OpsSite::read(Counter counter) {
  counter::Read read(counter);
  co_await http::suspend([&](Resume done) { desk_.read(read, done); });
  if (!read.result) co_return error_response(503, function::public_words(read.result.error().fault));
  if (!*read.result) co_return error_response(404, fmt::format("there is no counter {}", counter.id.text()));
  co_return json_response(200, to_json(counter.id, **read.result));
}

Awaitable<Response> OpsSite::correct(Counter counter, counter::Count count) {
  counter::Correction correction(counter, count);
  co_await http::suspend([&](Resume done) { desk_.correct(correction, done); });
  if (!correction.result) {
    log_.error("correction failed", {{"counter", counter.id.text()}, {"reason", correction.result.error().detail}});
    co_return error_response(503, function::public_words(correction.result.error().fault));
  }
  log_.info("counter set", {{"counter", counter.id.text()},
                            {"visit_count", static_cast<std::int64_t>(correction.result->visit_count)}});
  co_return json_response(200, to_json(counter.id, *correction.result));
}

void OpsSite::refuse(http::Refusal refusal, http::Reply& reply) {
  const int status = status_of(refusal);
  Response response = error_response(status, http::reason_phrase(status));
  // For those who invoke the function: nothing else is as large.
  if (refusal == http::Refusal::body_too_large) response.header("x-amzn-ErrorType", "RequestTooLargeException");
  reply.send(response);
}

void OpsSite::failed(const std::exception& reason) { log_.error("ops connection failed", {{"reason", reason.what()}}); }

}  // namespace vc::ops
