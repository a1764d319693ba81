// What an operator allows whom: usage plans, API keys and throttles, as values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "base/sha256.hpp"
#include "gateway/quota.hpp"
#include "gateway/throttle.hpp"

namespace vc::gateway {

/// One throttle for each of routes(), in that order; none where a route has none of its own. Empty: none at all.
using RouteThrottles = std::vector<std::optional<Throttle>>;

/// What each key of the plan may do. Each key has buckets and a quota of its own.
struct UsagePlan {
  std::string name;
  std::optional<Throttle> throttle;
  RouteThrottles route_throttles;
  std::optional<Quota> quota;
  std::vector<std::string> stages;  // that it is good for; empty: all
};

enum class KeyState { enabled, disabled };

struct ApiKey {
  std::string name;  // may be logged, unlike the key
  Sha256 digest{};   // of the key, which is not kept
  std::size_t plan = 0;
  KeyState state = KeyState::enabled;
};

enum class KeyRequired { no, yes };

/// Whether who comes too early is told when to come again. API Gateway does not.
enum class RetryAfter { hidden, told };

/// The defaults allow everybody everything.
struct Rules {
  std::string stage;
  std::vector<UsagePlan> plans;
  std::vector<ApiKey> keys;               // distinct names and digests
  std::vector<KeyRequired> key_required;  // for each of routes(), in that order; empty: for none
  std::optional<Throttle> throttle;       // of all requests together
  RouteThrottles route_throttles;         // within it
  std::optional<Throttle> client_throttle;
  std::vector<IpNetwork> trusted_proxies;  // who may say in X-Forwarded-For whose request it is
  RetryAfter retry_after = RetryAfter::hidden;

  /// Whether nothing is ever refused.
  bool allow_everything() const;
};

}  // namespace vc::gateway
