#include "base/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace vc {
namespace {

namespace chrono = std::chrono;

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

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
  const Civil civil(time);
  HttpDate text;
  fmt::format_to_n(text.data(), text.size(), "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                   days.at(civil.weekday.c_encoding()), civil.day(), months.at(civil.month() - 1), civil.year(),
                   civil.time.hours().count(), civil.time.minutes().count(), civil.time.seconds().count());
  return text;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  constexpr std::string_view shape = "Xxx, 00 Xxx 0000 00:00:00 GMT";
  if (text.size() != shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool letter = shape[i] == 'X' || shape[i] == 'x';
    if (shape[i] == '0' ? !is_digit(text[i]) : (!letter && text[i] != shape[i])) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) value = value * 10 + (c - '0');
    return value;
  };
  const auto* const month = std::ranges::find(months, text.substr(8, 3));
  const chrono::year_month_day date(chrono::year(number(12, 4)),
                                    chrono::month(static_cast<unsigned>(month - months.begin() + 1)),
                                    chrono::day(static_cast<unsigned>(number(5, 2))));
  if (!date.ok()) return std::nullopt;
  return chrono::sys_days(date) + chrono::hours(number(17, 2)) + chrono::minutes(number(20, 2)) +
         chrono::seconds(number(23, 2));
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
