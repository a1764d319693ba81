// What API Gateway does in front of the function: routes, stages, its own errors and headers. Values in, values out.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "gateway/ids.hpp"
#include "gateway/limiter.hpp"
#include "http/message.hpp"

namespace vc::gateway {

struct Route {
  std::string_view method;
  std::string_view path;
};

/// The public API.
std::span<const Route> routes();

/// The gateway's own answers (reference: API Gateway's gateway responses), byte for byte.
struct GatewayError {
  int status;
  std::string_view type;  // x-amzn-ErrorType; empty: the header is left out
  std::string_view body;
  std::string_view content_type = "application/json";
};

inline constexpr GatewayError no_such_route{403, "MissingAuthenticationTokenException",
                                            R"({"message":"Missing Authentication Token"})"};
inline constexpr GatewayError bad_request{400, "BadRequestException", R"({"message":"Bad Request"})"};
inline constexpr GatewayError forbidden{403, "ForbiddenException", R"({"message":"Forbidden"})"};
inline constexpr GatewayError expectation_failed{417, "BadRequestException", R"({"message":"Expectation Failed"})"};
inline constexpr GatewayError limit_exceeded{429, "LimitExceededException", R"({"message":"Limit Exceeded"})"};
inline constexpr GatewayError too_many_requests{429, "TooManyRequestsException", R"({"message":"Too Many Requests"})"};
inline constexpr GatewayError version_not_supported{505, "BadRequestException",
                                                    R"({"message":"HTTP Version Not Supported"})"};
inline constexpr GatewayError body_too_large{413, "", "HTTP content length exceeded 10485760 bytes.", "text/plain"};
inline constexpr GatewayError head_too_large{431, "", "HTTP header is larger than 10240 bytes.", "text/plain"};

/// The path prefixes that lead to this stage: `(none)` is the bare path, `blue` is `/blue/…`.
class BasePaths final {
 public:
  /// Comma-separated. Errors: an empty list, or a name with other characters than `A-Z a-z 0-9 _ -`.
  static Result<BasePaths> parse(std::string_view list);

  /// The path behind the prefix; nullopt if no prefix of ours leads there.
  std::optional<std::string_view> strip(std::string_view path) const;

  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

/// A stage is called what one base path may be.
bool is_stage(std::string_view name);

/// Whether a request reaches the function: the route it matched, or the error.
struct Admission {
  const GatewayError* refused = nullptr;
  const Route* route = nullptr;                  // a constant of the program; none if no route matched
  std::string key_name;                          // of the API key it came with, if one was needed and we know it
  std::optional<std::chrono::nanoseconds> wait;  // if it was too early: when to come again, if ever
};

/// Thread: any. Lifetime: the limiter outlives it; without one, every request that has a route passes.
class Gateway final {
 public:
  explicit Gateway(BasePaths base_paths, Limiter* limiter = nullptr)
      : base_paths_(std::move(base_paths)), limiter_(limiter) {}

  Admission admit(const http::Request& request, Moment now) const;

  /// Who asks: the peer, or whom a trusted proxy names.
  IpAddress client(const http::Request& request) const;

 private:
  BasePaths base_paths_;
  Limiter* limiter_;
};

/// The answer to a refused request; HEAD gets no body.
http::Response refuse(const GatewayError& error, std::string_view method, const Ids& ids);

/// Adds what the gateway adds to the function's answer.
void add_headers(http::Response& response, const Ids& ids);

}  // namespace vc::gateway
