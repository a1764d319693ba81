// The command `history`: how many visits came when.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/commands/counters.hpp"
#include "counter/store.hpp"

namespace vc::app {

enum class Unit { day, hour };

/// So many days or hours, of UTC; the last is the one that goes on.
struct Lookback {
  Unit unit = Unit::day;
  int count = 30;
};

/// The visits of one day or hour.
struct Period {
  std::string start;  // `2026-11-26`, or `2026-11-26T18:00:00Z`
  std::uint64_t visits = 0;
  friend bool operator==(const Period&, const Period&) = default;
};

/// Each period, also those without visits. Errors: no such counter or store, the store keeps no history, no answer.
Result<std::vector<Period>> history_of(const CounterPlace& place, const counter::CounterId& id, Lookback back);

/// What these hours are in the periods before `now`.
std::vector<Period> periods(const std::vector<counter::HourVisits>& hours, Lookback back, WallTime now);

/// An array with an object a line.
std::string as_json(const std::vector<Period>& periods, Unit unit);
std::string as_csv(const std::vector<Period>& periods, Unit unit);

/// For people: a line each, under a heading, with a bar where there are so many columns for all of it. 0: no bars.
std::string as_chart(const std::vector<Period>& periods, Unit unit, std::size_t columns);

/// Of the terminal that standard output is; 0: it is none.
std::size_t output_columns();

}  // namespace vc::app
