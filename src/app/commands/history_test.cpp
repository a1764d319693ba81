#include "app/commands/history.hpp"

#include <gtest/gtest.h>

namespace vc::app {
namespace {

using namespace std::chrono_literals;
using counter::HourVisits;

const std::chrono::sys_days day = std::chrono::sys_days{2026y / 11 / 22};
const WallTime now = day + 18h + 40min;

TEST(History, HasEachDayAlsoThoseWithoutVisits) {
  const std::vector<HourVisits> hours = {{day - 48h, 1}, {day - 25h, 2}, {day, 4}, {day + 18h, 8}};
  EXPECT_EQ(periods(hours, {.unit = Unit::day, .count = 4}, now),
            (std::vector<Period>{{"2026-11-19", 0}, {"2026-11-20", 1 + 2}, {"2026-11-21", 0}, {"2026-11-22", 12}}));
}

TEST(History, HasEachHourAlsoThoseWithoutVisits) {
  const std::vector<HourVisits> hours = {{day + 16h, 1}, {day + 18h, 2}};
  EXPECT_EQ(
      periods(hours, {.unit = Unit::hour, .count = 3}, now),
      (std::vector<Period>{{"2026-11-22T16:00:00Z", 1}, {"2026-11-22T17:00:00Z", 0}, {"2026-11-22T18:00:00Z", 2}}));
}

TEST(History, LeavesOutWhatIsBeforeItsFirstPeriodAndWhatAClockThatWentBackLeftInTheFuture) {
  const std::vector<HourVisits> hours = {{day - 1h, 1}, {day + 1h, 2}, {day + 24h, 4}};
  EXPECT_EQ(periods(hours, {.unit = Unit::day, .count = 1}, now), (std::vector<Period>{{"2026-11-22", 2}}));
}

const std::vector<Period> two_days = {{"2026-11-21", 3}, {"2026-11-22", 0}};

TEST(History, IsWrittenForPrograms) {
  EXPECT_EQ(as_json(two_days, Unit::day),
            "[{\"day\": \"2026-11-21\", \"visits\": 3},\n {\"day\": \"2026-11-22\", \"visits\": 0}]\n");
  EXPECT_EQ(as_csv(two_days, Unit::day), "day,visits\n2026-11-21,3\n2026-11-22,0\n");
  EXPECT_EQ(as_csv({{"2026-11-22T18:00:00Z", 1}}, Unit::hour), "hour,visits\n2026-11-22T18:00:00Z,1\n");
}

TEST(History, IsWrittenForPeople) {
  EXPECT_EQ(as_chart(two_days, Unit::day, 0),
            "DAY             VISITS\n2026-11-21           3\n2026-11-22           0\n");
  EXPECT_EQ(as_chart({{"2026-11-22T18:00:00Z", 1}}, Unit::hour, 0),
            "HOUR                      VISITS\n2026-11-22T18:00:00Z           1\n");
}

TEST(History, HasBarsInProportionWhereThereIsRoom) {
  const std::vector<Period> days = {{"2026-11-20", 16}, {"2026-11-21", 9}, {"2026-11-22", 0}, {"2026-11-23", 1}};
  constexpr std::size_t two_columns = 10 + 10 + 4 + 2;
  EXPECT_EQ(as_chart(days, Unit::day, two_columns),
            "DAY             VISITS\n"
            "2026-11-20          16  ██\n"
            "2026-11-21           9  █▏\n"
            "2026-11-22           0\n"
            "2026-11-23           1  ▏\n");
  EXPECT_EQ(as_chart(days, Unit::day, 3), as_chart(days, Unit::day, 0)) << "a narrow terminal";
}

TEST(History, WithoutAVisitHasNoBars) {
  EXPECT_EQ(as_chart({{"2026-11-22", 0}}, Unit::day, 80), as_chart({{"2026-11-22", 0}}, Unit::day, 0));
}

}  // namespace
}  // namespace vc::app
