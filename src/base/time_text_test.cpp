#include "base/time_text.hpp"

#include <gtest/gtest.h>

namespace vc {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

constexpr WallTime january = sys_days{2024y / 1 / 15} + 10h + 30min + 5s;

TEST(TimeText, IsRfc3339InUtc) { EXPECT_EQ(view(rfc3339(january)), "2024-01-15T10:30:05Z"); }

TEST(TimeText, IsAnHttpDate) { EXPECT_EQ(view(http_date(january)), "Mon, 15 Jan 2024 10:30:05 GMT"); }

TEST(TimeText, ReadsTheHttpDatesThatItWrites) {
  EXPECT_EQ(parse_http_date("Mon, 15 Jan 2024 10:30:05 GMT"), january);
  for (const char* bad :
       {"", "Mon, 15 Jan 2024 10:30:05", "Mon, 15 Xxx 2024 10:30:05 GMT", "Mon, 32 Jan 2024 10:30:05 GMT",
        "Mon, 15 Jan 2024 10:3x:05 GMT", "Monday, 15-Jan-24 10:30:05 GMT"}) {
    EXPECT_FALSE(parse_http_date(bad)) << bad;
  }
}

TEST(TimeText, KnowsLeapDays) { EXPECT_EQ(view(rfc3339(sys_days{2024y / 2 / 28} + 24h)), "2024-02-29T00:00:00Z"); }

TEST(TimeText, OfASecondFollowsTheClockBothWays) {
  SecondText text;
  EXPECT_EQ(text.rfc3339(january), "2024-01-15T10:30:05Z");
  EXPECT_EQ(text.rfc3339(january + 900ms), "2024-01-15T10:30:05Z");
  EXPECT_EQ(text.rfc3339(january + 1s), "2024-01-15T10:30:06Z");
  EXPECT_EQ(text.http_date(january - 1h), "Mon, 15 Jan 2024 09:30:05 GMT");
}

}  // namespace
}  // namespace vc
