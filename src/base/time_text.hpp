// Times as text: RFC 3339 in UTC for records, answers and logs; IMF-fixdate (RFC 9110 §5.6.7) for HTTP.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace vc {

/// `2024-01-15T10:30:00Z`
using Rfc3339 = std::array<char, 20>;
/// `Mon, 15 Jan 2024 10:30:00 GMT`
using HttpDate = std::array<char, 29>;

/// Years 0 to 9999.
Rfc3339 rfc3339(WallTime time);
HttpDate http_date(WallTime time);

/// nullopt: not of the form of an HttpDate. Its weekday is not looked at.
std::optional<WallTime> parse_http_date(std::string_view text);

template <std::size_t N>
std::string_view view(const std::array<char, N>& text) {
  return {text.data(), N};
}

/// The texts of the current second, formatted once a second. Thread: one.
class SecondText {
 public:
  std::string_view rfc3339(WallTime now) {
    refresh(now);
    return view(rfc3339_);
  }
  std::string_view http_date(WallTime now) {
    refresh(now);
    return view(http_date_);
  }

 private:
  void refresh(WallTime now);

  std::chrono::sys_seconds second_{std::chrono::seconds{-1}};
  Rfc3339 rfc3339_{};
  HttpDate http_date_{};
};

}  // namespace vc
