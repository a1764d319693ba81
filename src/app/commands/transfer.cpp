#include "app/commands/transfer.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>

#include "app/commands/list.hpp"
#include "app/commands/ops_client.hpp"
#include "app/commands/progress.hpp"
#include "app/stores.hpp"
#include "base/text.hpp"
#include "ops/record_json.hpp"

namespace vc::app {

using counter::Entry;
using counter::IfThere;

namespace {

namespace json = boost::json;

/// The counters that are there and in the import too.
Result<std::vector<std::string>> common(const CounterPlace& place, const std::vector<Entry>& entries) {
  const auto listed = list_counters(place);
  if (!listed) return std::unexpected(listed.error());
  std::set<std::string> there;
  for (const Entry& entry : *listed) there.insert(entry.id.text());
  std::vector<std::string> both;
  for (const Entry& entry : entries) {
    if (there.contains(entry.id.text())) both.push_back(entry.id.text());
  }
  return both;
}

Result<void> import_here(const Config& config, const Import& wanted) {
  const SystemClock clock;
  auto store = open_counters(config, IfAbsent::create, clock);
  if (!store) return std::unexpected(store.error());
  const auto done = (*store)->take_over(wanted.entries, wanted.if_there, config.counter_of(), clock.now());
  if (!done) return store_failed(done.error());
  if (*done) return fail("{}", ops::there_already((*done)->text()));
  return {};
}

Result<void> import_there(const std::string& ops, const Import& wanted) {
  const std::string_view method = wanted.if_there == IfThere::replace ? "PUT" : "POST";
  if (auto done = ask_ops(ops, {method, "/counters", ops::to_json(wanted.entries)}); !done) {
    return std::unexpected(done.error());
  }
  return {};
}

bool is_absent(const Config& config) {
  const auto* sqlite = std::get_if<SqliteStoreUri>(&config.store);
  std::error_code unknown;
  return sqlite != nullptr && !std::filesystem::exists(sqlite->file, unknown);
}

}  // namespace

std::string as_lines(const std::vector<Entry>& entries) {
  std::string lines;
  for (const Entry& entry : entries) lines.append(ops::to_json(entry.id, entry.record)).append("\n");
  return lines;
}

Result<std::vector<Entry>> parse_lines(std::string_view lines) {
  std::vector<Entry> entries;
  std::set<std::string> ids;
  Progress progress("lines read");
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const std::string_view line = trimmed(lines.substr(0, lines.find_first_of("\r\n")));
    lines.remove_prefix(std::min(lines.size(), lines.find('\n')));
    if (!lines.empty()) lines.remove_prefix(1);
    if (line.empty()) continue;
    auto entry = ops::parse_record(line);
    if (!entry) return fail("line {}: {}", number, entry.error().message);
    if (!ids.insert(entry->id.text()).second) return fail("line {}: {} comes twice", number, entry->id.text());
    entries.push_back(std::move(*entry));
    progress.at(number);
  }
  return entries;
}

Result<Imported> import_counters(const CounterPlace& place, const Import& wanted) {
  if (std::holds_alternative<store::dynamodb::Address>(place.config.store) && !place.ops) {
    return fail("the store is {}; a table takes no import, `set` changes a counter", text(place.config.store));
  }
  const std::string ops = ops_of_owner(place);
  const bool nothing_there = ops.empty() && is_absent(place.config);
  const auto both = nothing_there ? std::vector<std::string>() : common(place, wanted.entries);
  if (!both) return std::unexpected(both.error());
  if (!both->empty() && wanted.if_there == IfThere::refuse) return fail("{}", ops::there_already(both->front()));
  if (wanted.run == Run::real) {
    const auto done = ops.empty() ? import_here(place.config, wanted) : import_there(ops, wanted);
    if (!done) return std::unexpected(done.error());
  }
  return Imported{.counters = wanted.entries.size(), .replaced = both->size(), .run = wanted.run};
}

std::string as_text(const Imported& done) {
  return fmt::format("{}: {} counters, of which {} replace others\n",
                     done.run == Run::dry ? "nothing was changed; it would be imported" : "imported", done.counters,
                     done.replaced);
}

std::string as_json(const Imported& done) {
  const bool dry = done.run == Run::dry;
  return json::serialize(json::object{{"counters", done.counters}, {"replaced", done.replaced}, {"dry_run", dry}}) +
         "\n";
}

}  // namespace vc::app
