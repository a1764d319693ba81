#include "base/time_text.hpp"

#include <fmt/format.h>

namespace vc {
namespace {

namespace chrono = std::chrono;

struct Civil {
  chrono::year_month_day date;
  chrono::weekday weekday;
  chrono::hh_mm_ss<chrono::milliseconds> time;

  explicit Civil(WallTime at)
      : date(chrono::floor<chrono::days>(at)),
        weekday(chrono::floor<chrono::days>(at)),
        time(at - chrono::floor<chrono::days>(at)) {}

  int year() const { return static_cast<int>(date.year()); }
  unsigned month() const { return static_cast<unsigned>(date.month()); }
  unsigned day() const { return static_cast<unsigned>(date.day()); }
};

}  // namespace

Rfc3339 rfc3339(WallTime time) {
  const Civil civil(time);
  Rfc3339 text;
  fmt::format_to_n(text.data(), text.size(), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", civil.year(), civil.month(),
                   civil.day(), civil.time.hours().count(), civil.time.minutes().count(), civil.time.seconds().count());
  return text;
}

HttpDate http_date(WallTime time) {
  static constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil civil(time);
  HttpDate text;
  fmt::format_to_n(text.data(), text.size(), "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                   days.at(civil.weekday.c_encoding()), civil.day(), months.at(civil.month() - 1), civil.year(),
                   civil.time.hours().count(), civil.time.minutes().count(), civil.time.seconds().count());
  return text;
}

void SecondText::refresh(WallTime now) {
  const auto second = chrono::floor<chrono::seconds>(now);
  if (second == second_) [[likely]]
    return;
  second_ = second;
  rfc3339_ = vc::rfc3339(now);
  http_date_ = vc::http_date(now);
}

}  // namespace vc
