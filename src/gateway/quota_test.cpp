#include "gateway/quota.hpp"

#include <gtest/gtest.h>

namespace vc::gateway {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

constexpr WallTime at(sys_days day, std::chrono::milliseconds time = 0ms) { return WallTime(day) + time; }

constexpr sys_days sunday = 2026y / 11 / 29;
constexpr sys_days monday = 2026y / 11 / 30;

TEST(Quota, PeriodsAreTheCalendarsInUtc) {
  EXPECT_EQ(start_of(Period::day, at(sunday, 24h - 1ms)), sunday);
  EXPECT_EQ(start_of_next(Period::day, at(sunday, 24h - 1ms)), monday);
  EXPECT_EQ(start_of(Period::week, at(sunday, 24h - 1ms)), sys_days(2026y / 11 / 23));
  EXPECT_EQ(start_of_next(Period::week, at(sunday)), monday);
  EXPECT_EQ(start_of(Period::week, at(monday)), monday);
  EXPECT_EQ(start_of(Period::week, at(2027y / 1 / 1)), sys_days(2026y / 12 / 28));
  EXPECT_EQ(start_of(Period::month, at(2028y / 2 / 29, 12h)), sys_days(2028y / 2 / 1));
  EXPECT_EQ(start_of_next(Period::month, at(2028y / 2 / 29)), sys_days(2028y / 3 / 1));
  EXPECT_EQ(start_of_next(Period::month, at(2026y / 12 / 31)), sys_days(2027y / 1 / 1));
}

TEST(Quota, IsUsedUpAndBeginsAnewWithThePeriod) {
  QuotaMeter meter({.requests = 2, .period = Period::day}, at(sunday));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(meter.has_room(at(sunday)));
    meter.take();
  }
  EXPECT_FALSE(meter.has_room(at(sunday, 24h - 1ms)));
  EXPECT_EQ(QuotaMeter::wait(Period::day, at(sunday, 24h - 1ms)), 1ms);
  EXPECT_TRUE(meter.has_room(at(monday)));
  EXPECT_EQ(meter.usage(), (Usage{.period = Period::day, .since = monday, .used = 0}));
}

TEST(Quota, OfNothingHasNoRoom) {
  EXPECT_FALSE(QuotaMeter({.requests = 0, .period = Period::month}, at(sunday)).has_room(at(sunday)));
}

TEST(Quota, IsNotGivenBackByAClockThatGoesBack) {
  QuotaMeter meter({.requests = 1, .period = Period::day}, at(monday));
  EXPECT_TRUE(meter.has_room(at(monday)));
  meter.take();
  EXPECT_FALSE(meter.has_room(at(sunday)));
  EXPECT_FALSE(meter.has_room(at(monday)));
}

TEST(Quota, CarriesOnInTheSamePeriodOnly) {
  const auto carried = [](const Usage& before) {
    QuotaMeter meter({.requests = 10, .period = Period::week}, at(monday, 5h));
    meter.carry_on(before);
    return meter.usage().used;
  };
  EXPECT_EQ(carried({.period = Period::week, .since = monday, .used = 7}), 7U);
  EXPECT_EQ(carried({.period = Period::day, .since = monday, .used = 7}), 0U);
  EXPECT_EQ(carried({.period = Period::week, .since = monday - std::chrono::days(7), .used = 7}), 0U);
}

}  // namespace
}  // namespace vc::gateway
