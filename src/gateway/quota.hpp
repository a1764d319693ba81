// How many requests may come in a day, a week or a month.
//
// AWS does not say when its periods turn over. Here they are the calendar's, in UTC: the day, the week from Monday
// (ISO 8601), the month.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace vc::gateway {

enum class Period { day, week, month };

/// As configurations say it.
constexpr std::string_view name(Period period) {
  switch (period) {
    case Period::day: return "day";
    case Period::week: return "week";
    case Period::month: return "month";
  }
  return "day";
}

/// nullopt: none of these words.
std::optional<Period> parse_period(std::string_view text);

/// The first day of the period that this time is in, and of the one after it.
std::chrono::sys_days start_of(Period period, WallTime now);
std::chrono::sys_days start_of_next(Period period, WallTime now);

struct Quota {
  std::uint64_t requests = 0;
  Period period{};

  bool operator==(const Quota&) const = default;
};

/// What has been used of a quota.
struct Usage {
  Period period{};
  std::chrono::sys_days since;  // the first day of the period it is of
  std::uint64_t used = 0;

  bool operator==(const Usage&) const = default;
};

/// Counts what is used. A clock that goes back gives nothing back: a period once begun is the earliest from then on.
class QuotaMeter final {
 public:
  QuotaMeter(const Quota& quota, WallTime now);

  bool has_room(WallTime now);
  /// Requires: has_room.
  void take() { ++usage_.used; }
  /// To the next period.
  static std::chrono::milliseconds wait(Period period, WallTime now);

  const Quota& quota() const { return quota_; }
  const Usage& usage() const { return usage_; }
  /// Takes over what was used before, if it is of the current period.
  void carry_on(const Usage& before);

 private:
  Quota quota_;
  Usage usage_;
};

}  // namespace vc::gateway
