#include "gateway/throttle.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "limits.hpp"

namespace vc::gateway {
namespace {

constexpr std::uint64_t token = 1'000'000'000'000;

static_assert(limits::throttle_max <= UINT64_MAX / token, "a full bucket can be counted");

std::uint64_t full(const Throttle& throttle) { return throttle.burst * token; }

}  // namespace

TokenBucket::TokenBucket(const Throttle& throttle, SteadyTime now)
    : throttle_(throttle), level_(full(throttle)), filled_at_(now) {}

bool TokenBucket::has_token(SteadyTime now) {
  fill(now);
  return level_ >= token;
}

void TokenBucket::take() {
  check(level_ >= token, "a token is there to be taken");
  level_ -= token;
}

std::optional<std::chrono::nanoseconds> TokenBucket::wait() const {
  if (level_ >= token) return std::chrono::nanoseconds(0);
  const std::uint64_t speed = throttle_.requests_per_1000_s;
  if (speed == 0 || throttle_.burst == 0) return std::nullopt;
  return std::chrono::nanoseconds((token - level_ + speed - 1) / speed);
}

void TokenBucket::change(const Throttle& throttle, SteadyTime now) {
  fill(now);
  throttle_ = throttle;
  level_ = std::min(level_, full(throttle));
}

// The product is only made where it fits.
void TokenBucket::fill(SteadyTime now) {
  if (now <= filled_at_) return;
  const auto passed = static_cast<std::uint64_t>(std::chrono::nanoseconds(now - filled_at_).count());
  const std::uint64_t missing = full(throttle_) - level_;
  const std::uint64_t speed = throttle_.requests_per_1000_s;
  const bool fills_up = speed != 0 && passed > missing / speed;
  level_ += fills_up ? missing : passed * speed;
  filled_at_ = now;
}

}  // namespace vc::gateway
