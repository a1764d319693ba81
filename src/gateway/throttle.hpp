// How fast requests may come: a token bucket, as API Gateway has it. One request is one token.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace vc::gateway {

using SteadyTime = std::chrono::steady_clock::time_point;

/// So many requests at once, and from then on so many a second. Bounds: limits::throttle_max requests, of either.
struct Throttle {
  std::uint64_t requests_per_1000_s = 0;  // 0: none after the burst
  std::uint64_t burst = 0;

  bool operator==(const Throttle&) const = default;
};

/// Full at first. In any stretch of time it gives no more tokens than `burst + rate * time`: whole numbers only,
/// nothing is rounded. A time before the last one counts as the last one.
class TokenBucket final {
 public:
  TokenBucket(const Throttle& throttle, SteadyTime now);

  /// Whether there is a token now.
  bool has_token(SteadyTime now);
  /// Requires: has_token.
  void take();
  /// How long after the last `has_token` there will be one; nullopt: never.
  std::optional<std::chrono::nanoseconds> wait() const;

  /// From now on. What was taken stays taken.
  void change(const Throttle& throttle, SteadyTime now);

 private:
  void fill(SteadyTime now);

  Throttle throttle_;
  std::uint64_t level_;  // in 10⁻¹² tokens: what 1/1000 request a second adds in a nanosecond
  SteadyTime filled_at_;
};

}  // namespace vc::gateway
