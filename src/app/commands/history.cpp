#include "app/commands/history.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/commands/ops_client.hpp"
#include "app/stores.hpp"
#include "base/time_text.hpp"
#include "limits.hpp"
#include "ops/history_json.hpp"

namespace vc::app {

using counter::History;
using counter::HourVisits;
using std::chrono::days;
using std::chrono::hours;

namespace {

using Hour = std::chrono::sys_time<hours>;

hours length_of(Unit unit) { return unit == Unit::day ? hours(days(1)) : hours(1); }

std::string_view name_of(Unit unit) { return unit == Unit::day ? "day" : "hour"; }

Hour start_of(Unit unit, Hour hour) { return unit == Unit::day ? std::chrono::floor<days>(hour) : hour; }

Hour first_of(Lookback back, WallTime now) {
  return start_of(back.unit, std::chrono::floor<hours>(now)) - (back.count - 1) * length_of(back.unit);
}

std::string text_of(Unit unit, Hour start) {
  const Rfc3339 time = rfc3339(start);
  return std::string(view(time).substr(0, unit == Unit::day ? view(time).find('T') : time.size()));
}

Result<History> ask_server(const std::string& ops, const counter::CounterId& id, Hour first) {
  const auto hour = std::max<std::int64_t>(0, first.time_since_epoch().count());
  const auto answer = ask_ops(ops, {"GET", fmt::format("/counters/{}/history?from={}", id.text(), hour), ""});
  if (!answer) return std::unexpected(answer.error());
  return ops::parse_history(*answer);
}

Result<History> ask_store(const Config& config, const counter::CounterId& id, counter::HourRange range) {
  const SystemClock clock;
  auto store = open_counters(config, IfAbsent::refuse, clock);
  if (!store) return std::unexpected(store.error());
  const counter::Counter counter = config.counter(id);
  const auto record = (*store)->read(counter, clock.now());
  if (!record) return store_failed(record.error());
  if (!*record) return fail("there is no counter {}", id.text());
  auto history = (*store)->history(counter, range);
  if (!history) return store_failed(history.error());
  return std::move(*history);
}

std::unexpected<Error> no_history(std::string_view store) {
  return fail("{} keeps no history; on AWS it is in CloudWatch, from the function's metrics", store);
}

/// In eighths of a column.
std::string bar(std::uint64_t eighths) {
  constexpr std::array<std::string_view, 8> parts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  std::string columns;
  for (std::uint64_t i = 0; i < eighths / parts.size(); ++i) columns += "█";
  return columns.append(parts.at(eighths % parts.size()));
}

}  // namespace

Result<std::vector<Period>> history_of(const CounterPlace& place, const counter::CounterId& id, Lookback back) {
  if (std::holds_alternative<store::dynamodb::Address>(place.config.store) && !place.ops) {
    return no_history(text(place.config.store));
  }
  const WallTime now = SystemClock().now();
  const Hour first = first_of(back, now);
  const std::string ops = ops_of_owner(place);
  const counter::HourRange range{.from = first, .until = std::chrono::floor<hours>(now) + hours(1)};
  const auto history = ops.empty() ? ask_store(place.config, id, range) : ask_server(ops, id, first);
  if (!history) return std::unexpected(history.error());
  if (!*history) return no_history("the server's store");
  return periods(**history, back, now);
}

std::vector<Period> periods(const std::vector<HourVisits>& visits, Lookback back, WallTime now) {
  std::vector<Period> all;
  all.reserve(static_cast<std::size_t>(back.count));
  const Hour first = first_of(back, now);
  for (int i = 0; i < back.count; ++i) {
    all.push_back({.start = text_of(back.unit, first + i * length_of(back.unit)), .visits = 0});
  }
  for (const HourVisits& hour : visits) {
    const auto index = (start_of(back.unit, hour.start) - first) / length_of(back.unit);
    if (hour.start >= first && index < back.count) all[static_cast<std::size_t>(index)].visits += hour.visits;
  }
  return all;
}

std::string as_json(const std::vector<Period>& periods, Unit unit) {
  std::string lines;
  for (const Period& period : periods) {
    lines += fmt::format(R"({}{{"{}": "{}", "visits": {}}})", lines.empty() ? "[" : ",\n ", name_of(unit), period.start,
                         period.visits);
  }
  return lines + "]\n";
}

std::string as_csv(const std::vector<Period>& periods, Unit unit) {
  std::string lines = fmt::format("{},visits\n", name_of(unit));
  for (const Period& period : periods) lines += fmt::format("{},{}\n", period.start, period.visits);
  return lines;
}

std::string as_chart(const std::vector<Period>& periods, Unit unit, std::size_t columns) {
  constexpr std::size_t visits_width = 10;
  const std::size_t start_width = periods.empty() ? 0 : periods.front().start.size();
  const std::size_t words = start_width + visits_width + 4;
  const std::uint64_t bar_max = 8 * (std::max(columns, words) - words);
  std::uint64_t most = 1;
  for (const Period& period : periods) most = std::max(most, period.visits);

  std::string chart =
      fmt::format("{:<{}}  {:>{}}\n", unit == Unit::day ? "DAY" : "HOUR", start_width, "VISITS", visits_width);
  for (const Period& period : periods) {
    const double part = static_cast<double>(period.visits) / static_cast<double>(most);
    const auto eighths = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(bar_max)));
    chart += fmt::format("{}  {:>{}}", period.start, period.visits, visits_width);
    chart += eighths == 0 ? "\n" : fmt::format("  {}\n", bar(eighths));
  }
  return chart;
}

std::size_t output_columns() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) != 1) return 0;
  const bool told = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return std::min<std::size_t>(told ? size.ws_col : limits::columns_default, limits::chart_columns_max);
}

}  // namespace vc::app
