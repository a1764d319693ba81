#include "gateway/throttle.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "limits.hpp"

namespace vc::gateway {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{std::chrono::hours(1)};

bool take(TokenBucket& bucket, SteadyTime now) {
  if (!bucket.has_token(now)) return false;
  bucket.take();
  return true;
}

int taken(TokenBucket& bucket, SteadyTime now, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += take(bucket, now) ? 1 : 0;
  return count;
}

TEST(TokenBucket, GivesABurstAndThenItsRate) {
  TokenBucket bucket({.requests_per_1000_s = 10'000, .burst = 5}, start);
  EXPECT_EQ(taken(bucket, start, 100), 5);
  EXPECT_EQ(taken(bucket, start + 99ms, 100), 0);
  EXPECT_EQ(taken(bucket, start + 100ms, 100), 1);
  EXPECT_EQ(taken(bucket, start + 400ms, 100), 3);
  EXPECT_EQ(taken(bucket, start + 1h, 100), 5);
}

TEST(TokenBucket, OfNoRateGivesItsBurstOnly) {
  TokenBucket bucket({.requests_per_1000_s = 0, .burst = 2}, start);
  EXPECT_EQ(taken(bucket, start + 1h, 100), 2);
  EXPECT_EQ(taken(bucket, start + 24h, 100), 0);
  EXPECT_EQ(bucket.wait(), std::nullopt);
}

TEST(TokenBucket, OfNoBurstGivesNothing) {
  TokenBucket bucket({.requests_per_1000_s = 1'000, .burst = 0}, start);
  EXPECT_EQ(taken(bucket, start + 1h, 100), 0);
  EXPECT_EQ(bucket.wait(), std::nullopt);
}

TEST(TokenBucket, KnowsSlowRatesToTheNanosecond) {
  TokenBucket bucket({.requests_per_1000_s = 3, .burst = 1}, start);
  EXPECT_EQ(taken(bucket, start, 2), 1);
  EXPECT_FALSE(bucket.has_token(start + 333'333'333'333ns));
  EXPECT_TRUE(bucket.has_token(start + 333'333'333'334ns));
}

TEST(TokenBucket, LosesNothingByBeingAskedOften) {
  TokenBucket bucket({.requests_per_1000_s = 3, .burst = 1}, start);
  EXPECT_EQ(taken(bucket, start, 2), 1);
  for (auto passed = 0ns; passed < 333'333'333'333ns; passed += 1'234'567ns) bucket.has_token(start + passed);
  EXPECT_TRUE(bucket.has_token(start + 333'333'333'334ns));
}

TEST(TokenBucket, SaysHowLongItIsToTheNextToken) {
  TokenBucket bucket({.requests_per_1000_s = 4'000, .burst = 1}, start);
  EXPECT_EQ(bucket.wait(), 0ns);
  EXPECT_EQ(taken(bucket, start, 1), 1);
  EXPECT_EQ(bucket.wait(), 250ms);
  EXPECT_FALSE(bucket.has_token(start + 100ms));
  EXPECT_EQ(bucket.wait(), 150ms);
}

TEST(TokenBucket, DoesNotGoBackInTime) {
  TokenBucket bucket({.requests_per_1000_s = 1'000, .burst = 1}, start);
  EXPECT_EQ(taken(bucket, start, 2), 1);
  EXPECT_EQ(taken(bucket, start - 10s, 2), 0);
  EXPECT_EQ(taken(bucket, start + 999ms, 2), 0);
  EXPECT_EQ(taken(bucket, start + 1s, 2), 1);
}

TEST(TokenBucket, OverflowsNowhere) {
  TokenBucket bucket({.requests_per_1000_s = limits::throttle_max * 1'000, .burst = limits::throttle_max}, start);
  EXPECT_EQ(taken(bucket, start, 1'000), 1'000);
  EXPECT_EQ(taken(bucket, start + 1us, 1'000), 1'000);
  EXPECT_EQ(taken(bucket, SteadyTime::max(), 1'000), 1'000);
}

TEST(TokenBucket, KeepsWhatWasTakenWhenItChanges) {
  TokenBucket bucket({.requests_per_1000_s = 1'000, .burst = 10}, start);
  EXPECT_EQ(taken(bucket, start, 8), 8);
  bucket.change({.requests_per_1000_s = 1'000, .burst = 100}, start);
  EXPECT_EQ(taken(bucket, start, 100), 2);
  bucket.change({.requests_per_1000_s = 0, .burst = 1}, start + 50s);
  EXPECT_EQ(taken(bucket, start + 50s, 100), 1);
}

/// Holds for every stretch of time that begins and ends with a token.
void expect_within(const Throttle& throttle, const std::vector<SteadyTime>& tokens) {
  for (std::size_t first = 0; first < tokens.size(); ++first) {
    for (std::size_t last = first + throttle.burst; last < tokens.size(); ++last) {
      const auto above_burst = static_cast<double>(last - first + 1 - throttle.burst);
      const auto seconds = std::chrono::duration<double>(tokens[last] - tokens[first]).count();
      ASSERT_LE(above_burst * 1'000, seconds * static_cast<double>(throttle.requests_per_1000_s) + 1e-6)
          << throttle.requests_per_1000_s << "/1000 s, burst " << throttle.burst << ": tokens " << first << " to "
          << last;
    }
  }
}

TEST(TokenBucket, NeverGivesMoreThanBurstAndRateInAnyStretchOfTime) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    const Throttle throttle{.requests_per_1000_s = random() % 1'000'000, .burst = random() % 20};
    const std::uint64_t step_max = 1 + (random() % 3'000'000'000);
    SteadyTime now = start;
    TokenBucket bucket(throttle, now);
    std::vector<SteadyTime> tokens;
    for (int i = 0; i < 600; ++i) {
      if (random() % 3 == 0) now += std::chrono::nanoseconds(random() % step_max);
      if (take(bucket, now)) tokens.push_back(now);
    }
    SCOPED_TRACE(seed);
    expect_within(throttle, tokens);
  }
}

}  // namespace
}  // namespace vc::gateway
