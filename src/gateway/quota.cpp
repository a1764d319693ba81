#include "gateway/quota.hpp"

#include <algorithm>

namespace vc::gateway {

using std::chrono::days;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;

namespace {

sys_days first_of_month(sys_days day) {
  const year_month_day date(day);
  return date.year() / date.month() / 1;
}

}  // namespace

std::optional<Period> parse_period(std::string_view text) {
  for (const Period period : {Period::day, Period::week, Period::month}) {
    if (text == name(period)) return period;
  }
  return std::nullopt;
}

sys_days start_of(Period period, WallTime now) {
  const auto today = std::chrono::floor<days>(now);
  switch (period) {
    case Period::day: return today;
    case Period::week: return today - (std::chrono::weekday(today) - std::chrono::Monday);
    case Period::month: return first_of_month(today);
  }
  return today;
}

sys_days start_of_next(Period period, WallTime now) {
  const sys_days start = start_of(period, now);
  switch (period) {
    case Period::day: return start + days(1);
    case Period::week: return start + days(7);
    case Period::month: return year_month_day(start) + months(1);
  }
  return start;
}

QuotaMeter::QuotaMeter(const Quota& quota, WallTime now)
    : quota_(quota), usage_{.period = quota.period, .since = start_of(quota.period, now)} {}

bool QuotaMeter::has_room(WallTime now) {
  const sys_days current = start_of(quota_.period, now);
  if (current > usage_.since) usage_ = {.period = quota_.period, .since = current};
  return usage_.used < quota_.requests;
}

std::chrono::milliseconds QuotaMeter::wait(Period period, WallTime now) { return start_of_next(period, now) - now; }

void QuotaMeter::carry_on(const Usage& before) {
  if (before.period == usage_.period && before.since >= usage_.since) usage_ = before;
}

}  // namespace vc::gateway
