#include "app/commands/list.hpp"

#include <algorithm>

#include "app/commands/ops_client.hpp"
#include "ops/record_json.hpp"

namespace vc::app {

using counter::Entry;

Result<std::vector<Entry>> list_counters(const CounterPlace& place) {
  if (const std::string ops = ops_of_owner(place); !ops.empty()) {
    const auto answer = ask_ops(ops, {"GET", "/counters", ""});
    if (!answer) return std::unexpected(answer.error());
    return ops::parse_records(*answer);
  }
  const SystemClock clock;
  auto store = open_counters(place.config, IfAbsent::refuse, clock);
  if (!store) return std::unexpected(store.error());
  auto entries = (*store)->list(place.config.counter_of(), clock.now());
  if (!entries) return store_failed(entries.error());
  return std::move(*entries);
}

std::string as_table(const std::vector<Entry>& entries) {
  constexpr std::string_view heading = "COUNTER";
  std::size_t width = heading.size();
  for (const Entry& entry : entries) width = std::max(width, entry.id.text().size());
  const auto line = [width](std::string_view id, std::string_view count, std::string_view last) {
    return fmt::format("{:<{}}  {:>16}  {}\n", id, width, count, last);
  };
  std::string table = line(heading, "VISITS", "LAST");
  for (const Entry& entry : entries) {
    table += line(entry.id.text(), std::to_string(entry.record.visit_count), entry.record.last_updated);
  }
  return table;
}

}  // namespace vc::app
