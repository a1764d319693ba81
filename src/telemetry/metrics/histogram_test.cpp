#include "telemetry/metrics/histogram.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace vc::telemetry {
namespace {

const std::uint64_t ms = nanoseconds(1ms);

TEST(Histogram, PutsAValueInTheFirstBucketThatHoldsIt) {
  BatchHistogram visits;
  for (const std::uint64_t value : {1U, 2U, 3U, 5U, 5'000U, 5'001U}) visits.observe(value);
  const BatchSizes now = visits.read();
  EXPECT_EQ(now.buckets[0], 1U);
  EXPECT_EQ(now.buckets[1], 1U);
  EXPECT_EQ(now.buckets[2], 2U);
  EXPECT_EQ(now.buckets[11], 1U);
  EXPECT_EQ(now.buckets[12], 1U);
  EXPECT_EQ(now.count(), 6U);
  EXPECT_EQ(now.sum, 1U + 2 + 3 + 5 + 5'000 + 5'001);
}

TEST(Histogram, TellsWhatHasComeSince) {
  DurationHistogram durations;
  durations.observe(ms);
  const Durations before = durations.read();
  durations.observe(3 * ms);
  durations.observe(4 * ms);
  EXPECT_EQ(durations.read().since(before).count(), 2U);
  EXPECT_EQ(durations.read().since(before).sum, 7 * ms);
}

TEST(Histogram, AddsThreadsTogether) {
  std::array<DurationHistogram, 2> threads;
  threads[0].observe(ms);
  threads[1].observe(2 * ms);
  Durations all = threads[0].read();
  all += threads[1].read();
  EXPECT_EQ(all.count(), 2U);
  EXPECT_EQ(all.sum, 3 * ms);
}

TEST(Histogram, IsReadWhileItIsWritten) {
  DurationHistogram durations;
  const std::jthread writer([&] {
    for (int i = 0; i < 100'000; ++i) durations.observe(ms);
  });
  std::uint64_t before = 0;
  while (before < 100'000) {
    const std::uint64_t now = durations.read().count();
    EXPECT_GE(now, before);
    before = now;
  }
}

TEST(Quantile, LiesWithinItsBucket) {
  DurationHistogram durations;
  for (int i = 0; i < 100; ++i) durations.observe(2 * ms);
  EXPECT_NEAR(durations.read().quantile(0.5), 0.00175, 1e-9);
  EXPECT_NEAR(durations.read().quantile(1), 0.0025, 1e-9);
}

TEST(Quantile, IsOfAllBuckets) {
  DurationHistogram durations;
  for (int i = 0; i < 90; ++i) durations.observe(ms);
  for (int i = 0; i < 10; ++i) durations.observe(40 * ms);
  EXPECT_LE(durations.read().quantile(0.5), 0.001);
  EXPECT_GT(durations.read().quantile(0.95), 0.025);
}

TEST(Quantile, OfNothingIsNothing) { EXPECT_EQ(DurationHistogram().read().quantile(0.99), 0); }

TEST(Quantile, BeyondTheLastBoundIsThatBound) {
  DurationHistogram durations;
  durations.observe(60'000 * ms);
  EXPECT_DOUBLE_EQ(durations.read().quantile(0.5), 10);
}

TEST(Nanoseconds, OfAClockThatWentBackwardsAreNone) {
  EXPECT_EQ(nanoseconds(-1ms), 0U);
  EXPECT_EQ(nanoseconds(1ms), ms);
}

}  // namespace
}  // namespace vc::telemetry
