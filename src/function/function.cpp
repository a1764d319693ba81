#include "function/function.hpp"

#include <fmt/compile.h>

#include <iterator>

#include "base/check.hpp"

namespace vc::function {

using counter::Outcome;
using counter::StoreFault;

namespace {

constexpr std::string_view never_store = "no-cache, no-store, must-revalidate";
constexpr std::string_view ask_again = "no-cache, max-age=0";
constexpr std::string_view no_cache_control;

/// The format is compiled: FMT_COMPILE("…").
template <class Format, class... Args>
void write(http::Response& response, const Format& format, const Args&... args) {
  fmt::format_to(std::back_inserter(response.body), format, args...);
}

}  // namespace

std::string_view public_words(StoreFault fault) {
  switch (fault) {
    case StoreFault::timeout: return "Connection timeout";
    case StoreFault::connection: return "Connection failed";
    case StoreFault::access_denied: return "Access denied";
    case StoreFault::table_not_found: return "Table not found";
    case StoreFault::throttled: return "Throttled";
    case StoreFault::storage: return "Storage failure";
    case StoreFault::shutting_down: return "Shutting down";
  }
  return "Storage failure";
}

Plan Function::plan(const http::Request& request, Traffic traffic) const {
  const auto& counter = traffic == Traffic::production ? options_.counter : options_.preview_counter;
  const bool counts = request.path == "/counter";
  if (!counts && request.path != "/health") return {Plan::NoRoute{}, {}};

  Plan plan{Plan::NoRoute{}, options_.cors.allow(request.fields)};
  if (request.method == "OPTIONS") plan.what = Plan::Preflight{};
  if (request.method == "GET" && counts) plan.what = Plan::Count{&counter};
  if (request.method == "GET" && !counts) plan.what = Plan::ReadHealth{&counter};
  return plan;
}

http::Response Function::counted(const Plan& plan, counter::Count number, const Context& context) const {
  http::Response response(200);
  add_headers(response, plan, never_store);
  write(response, FMT_COMPILE(R"({{"count": {}, "timestamp": "{}", "status": "success", "requestId": "{}"}})"), number,
        context.time, context.request_id);
  return response;
}

http::Response Function::not_counted(const Plan& plan, Outcome outcome, const Context& context) const {
  check(outcome != Outcome::counted, "a visit without a number was not counted");
  http::Response response(500);
  add_headers(response, plan, never_store);
  response.header("X-Visit-Outcome", outcome == Outcome::unknown ? "unknown" : "not-counted");
  write(response,
        FMT_COMPILE(
            R"({{"status": "error", "message": "Unable to process request. Please try again.", "requestId": "{}"}})"),
        context.request_id);
  return response;
}

http::Response Function::health(const Plan& plan, const counter::StoreResult<std::optional<counter::Record>>& record,
                                const Context& context) const {
  http::Response response(record ? 200 : 503);
  add_headers(response, plan, ask_again);
  if (!record) {
    write(response,
          FMT_COMPILE(R"({{"status": "unhealthy", "service": "visitor-counter", "database": "error", "error": "{}", )"
                      R"("timestamp": "{}"}})"),
          public_words(record.error().fault), context.time);
    return response;
  }
  write(response,
        FMT_COMPILE(
            R"({{"status": "healthy", "service": "visitor-counter", "database": "connected", "counter_value": {}, )"
            R"("timestamp": "{}"{}}})"),
        *record ? (*record)->visit_count : 0, context.time, *record ? "" : R"(, "note": "counter_not_initialized")");
  return response;
}

http::Response Function::preflight(const Plan& plan) const {
  http::Response response(200);
  add_headers(response, plan, no_cache_control);
  response.header("Access-Control-Max-Age", "7200");
  return response;
}

// As the gateway answers it, so that a direct invoke sees the same and cannot count by accident.
http::Response Function::no_route() const {
  http::Response response(403);
  response.header("Content-Type", "application/json");
  response.header("x-amzn-ErrorType", "MissingAuthenticationTokenException");
  response.text(R"({"message":"Missing Authentication Token"})");
  return response;
}

void Function::add_headers(http::Response& response, const Plan& plan, std::string_view cache_control) const {
  response.header("Content-Type", "application/json");
  if (plan.allow_origin) response.header("Access-Control-Allow-Origin", *plan.allow_origin);
  response.header("Access-Control-Allow-Methods", "GET, OPTIONS");
  response.header("Access-Control-Allow-Headers", "Content-Type, Authorization, X-Api-Key");
  response.header("Access-Control-Expose-Headers", "x-amzn-RequestId, X-Visit-Outcome");
  response.header("Vary", "Origin");
  if (!cache_control.empty()) response.header("Cache-Control", cache_control);
  response.header("X-Content-Type-Options", "nosniff");
  response.header("X-Visitor-Counter-Version", options_.version);
}

}  // namespace vc::function
