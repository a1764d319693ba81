#include "ops/record_json.hpp"

#include <boost/json.hpp>

#include "limits.hpp"

namespace vc::ops {

namespace json = boost::json;

namespace {

using counter::Count;
using counter::CounterId;
using counter::Entry;

Result<json::object> parse_object(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return fail("not a JSON object");
  return std::move(value.get_object());
}

Result<std::uint64_t> number_of(const json::object& object, std::string_view name, std::uint64_t max) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return fail("{} is missing", name);
  boost::system::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  if (error || value->is_double() || number > max) return fail("{} is a whole number from 0 to {}", name, max);
  return number;
}

Result<Count> count_of(const json::object& object) { return number_of(object, "visit_count", limits::count_max); }

Result<std::string> text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return fail("{} is missing, or no text", name);
  return std::string(value->get_string());
}

/// Any text: an older program's dates may be of another form.
Result<Entry> entry_of(const json::object& object) {
  const auto name = text_of(object, "counter_id");
  if (!name) return std::unexpected(name.error());
  const auto id = CounterId::parse(*name);
  if (!id) return std::unexpected(id.error());
  const auto count = count_of(object);
  if (!count) return std::unexpected(count.error());
  auto created = text_of(object, "created_date");
  if (!created) return std::unexpected(created.error());
  auto updated = text_of(object, "last_updated");
  if (!updated) return std::unexpected(updated.error());
  Entry entry{*id, {.visit_count = *count, .created_date = std::move(*created), .last_updated = std::move(*updated)}};
  const bool expires = object.contains("ItemExpireTTL");
  if (expires) {
    const auto seconds = number_of(object, "ItemExpireTTL", limits::epoch_seconds_max);
    if (!seconds) return std::unexpected(seconds.error());
    entry.record.expires = std::chrono::sys_seconds(std::chrono::seconds(*seconds));
  }
  if (object.size() != (expires ? 5 : 4)) return fail("a record of {} has members that nobody knows", id->text());
  return entry;
}

}  // namespace

std::string to_json(const counter::CounterId& id, const counter::Record& record) {
  const auto quoted = [](const std::string& text) { return json::serialize(json::string(text)); };
  std::string expires;
  if (record.expires) expires = fmt::format(R"(, "ItemExpireTTL": {})", record.expires->time_since_epoch().count());
  return fmt::format(R"({{"counter_id": {}, "visit_count": {}, "created_date": {}, "last_updated": {}{}}})",
                     quoted(id.text()), record.visit_count, quoted(record.created_date), quoted(record.last_updated),
                     expires);
}

std::string to_json(std::span<const Entry> entries) {
  std::string lines;
  for (const Entry& entry : entries) {
    lines.append(lines.empty() ? "[" : ",\n ").append(to_json(entry.id, entry.record));
  }
  return lines.empty() ? "[]" : lines + "]";
}

Result<Entry> parse_record(std::string_view text) {
  const auto object = parse_object(text);
  if (!object) return std::unexpected(object.error());
  return entry_of(*object);
}

Result<std::vector<Entry>> parse_records(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse({text.data(), text.size()}, error);
  if (error || !value.is_array()) return fail("not a JSON array");
  std::vector<Entry> entries;
  for (const json::value& each : value.get_array()) {
    if (!each.is_object()) return fail("not an array of JSON objects");
    auto entry = entry_of(each.get_object());
    if (!entry) return std::unexpected(entry.error());
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<Correction> parse_correction(std::string_view text) {
  const auto object = parse_object(text);
  if (!object) return std::unexpected(object.error());
  const auto count = count_of(*object);
  if (!count) return std::unexpected(count.error());
  Correction correction{.count = *count, .expected = {}};
  if (object->size() == 1) return correction;
  if (object->size() > 2 || !object->contains("expected")) return fail("only visit_count can be set");
  const auto expected = number_of(*object, "expected", limits::count_max);
  if (!expected) return std::unexpected(expected.error());
  correction.expected = *expected;
  return correction;
}

std::string to_json(const Correction& correction) {
  if (!correction.expected) return fmt::format(R"({{"visit_count": {}}})", correction.count);
  return fmt::format(R"({{"visit_count": {}, "expected": {}}})", correction.count, *correction.expected);
}

std::string there_already(std::string_view id) {
  return fmt::format("{} is there already; --replace overwrites it. Nothing was imported", id);
}

std::string unexpected_count(const CounterId& id, Count expected, Count found) {
  return fmt::format("{} stands at {}, not at {}; nothing was changed", id.text(), found, expected);
}

Result<counter::Count> parse_visit_count(std::string_view text) {
  const auto object = parse_object(text);
  if (!object) return std::unexpected(object.error());
  return count_of(*object);
}

}  // namespace vc::ops
