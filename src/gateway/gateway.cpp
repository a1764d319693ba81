#include "gateway/gateway.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include "base/text.hpp"
#include "base/time_text.hpp"

namespace vc::gateway {
namespace {

constexpr std::array<Route, 4> all_routes = {{
    {"GET", "/counter"},
    {"OPTIONS", "/counter"},
    {"GET", "/health"},
    {"OPTIONS", "/health"},
}};

constexpr std::string_view no_prefix = "(none)";

const GatewayError* error_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return nullptr;
    case Verdict::forbidden: return &forbidden;
    case Verdict::quota_used_up: return &limit_exceeded;
    case Verdict::throttled: return &too_many_requests;
  }
  return &forbidden;
}

bool name_char(char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; }

}  // namespace

std::span<const Route> routes() { return all_routes; }

bool is_stage(std::string_view name) { return !name.empty() && std::ranges::all_of(name, name_char); }

Result<BasePaths> BasePaths::parse(std::string_view list) {
  BasePaths paths;
  for (const auto part : std::views::split(list, ',')) {
    const std::string_view name(part.begin(), part.end());
    if (name != no_prefix && !is_stage(name)) {
      return fail("'{}' is no base path: write (none), or a name of A-Z a-z 0-9 _ - without slashes", name);
    }
    paths.names_.emplace_back(name);
  }
  if (paths.names_.empty()) return fail("at least one base path is needed, such as (none)");
  return paths;
}

std::optional<std::string_view> BasePaths::strip(std::string_view path) const {
  for (const std::string_view name : names_) {
    if (name == no_prefix) continue;
    const bool leads = path.starts_with('/') && path.substr(1).starts_with(name);
    if (leads && path.substr(1 + name.size()).starts_with('/')) return path.substr(1 + name.size());
  }
  if (std::ranges::find(names_, no_prefix) == names_.end()) return std::nullopt;
  return path;
}

Admission Gateway::admit(const http::Request& request, Moment now) const {
  const auto path = base_paths_.strip(request.path);
  const auto leads_there = [&](const Route& route) { return route.path == path && route.method == request.method; };
  const auto route = std::ranges::find_if(all_routes, leads_there);
  if (route == all_routes.end()) return {.refused = &no_such_route};
  if (limiter_ == nullptr || limiter_->allows_everything()) return {.route = &*route};
  Ruling ruling = limiter_->judge(static_cast<std::size_t>(route - all_routes.begin()), request, now);
  return {.refused = error_of(ruling.verdict),
          .route = &*route,
          .key_name = std::move(ruling.key_name),
          .wait = ruling.wait};
}

IpAddress Gateway::client(const http::Request& request) const {
  return limiter_ != nullptr ? limiter_->client(request) : request.peer;
}

// In the order of a regional API: Content-Type, ids, error type.
http::Response refuse(const GatewayError& error, std::string_view method, const Ids& ids) {
  http::Response response(error.status);
  response.header("Content-Type", error.content_type);
  response.header("x-amzn-RequestId", view(ids.request_id));
  if (!error.type.empty()) response.header("x-amzn-ErrorType", error.type);
  response.header("x-amz-apigw-id", view(ids.extended_id));
  if (method != "HEAD") response.text(error.body);
  return response;
}

void add_headers(http::Response& response, const Ids& ids) {
  response.header("x-amzn-RequestId", view(ids.request_id));
  response.header("x-amz-apigw-id", view(ids.extended_id));
  response.header("X-Amzn-Trace-Id", view(ids.trace_id));
}

}  // namespace vc::gateway
