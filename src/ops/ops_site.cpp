#include "ops/ops_site.hpp"

#include <algorithm>
#include <array>

#include "function/function.hpp"
#include "http/suspend.hpp"
#include "ops/guard.hpp"
#include "ops/responses.hpp"
#include "telemetry/metrics/exposition.hpp"

namespace vc::ops {

using http::Awaitable;
using http::Request;
using http::Response;

namespace {

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
  if (auto of_counters = co_await counters_.answer(request)) co_return std::move(*of_counters);
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

void OpsSite::refuse(http::Refusal refusal, http::Reply& reply) {
  const int status = status_of(refusal);
  Response response = error_response(status, http::reason_phrase(status));
  // For those who invoke the function: nothing else is as large.
  if (refusal == http::Refusal::body_too_large) response.header("x-amzn-ErrorType", "RequestTooLargeException");
  reply.send(response);
}

void OpsSite::failed(const std::exception& reason) { log_.error("ops connection failed", {{"reason", reason.what()}}); }

}  // namespace vc::ops
