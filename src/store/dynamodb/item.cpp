#include "store/dynamodb/item.hpp"

#include <fmt/format.h>
#include <boost/json/value.hpp>

#include <charconv>
#include <string_view>

#include "limits.hpp"

namespace vc::store::dynamodb {
namespace {

namespace json = boost::json;
using counter::Count;

/// The text of `{"TYPE": "text"}`; nullopt: the attribute has another type.
std::optional<std::string_view> typed(const json::value& attribute, std::string_view type) {
  const json::object* object = attribute.if_object();
  const json::value* value = object != nullptr && object->size() == 1 ? object->if_contains(type) : nullptr;
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

std::string text(const json::object& attributes, std::string_view name) {
  const json::value* attribute = attributes.if_contains(name);
  return attribute != nullptr ? std::string(typed(*attribute, "S").value_or("")) : std::string();
}

/// Digits alone: no sign, no fraction, no exponent.
std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::optional<std::uint64_t>> number(const json::object& attributes, std::string_view name, std::uint64_t max) {
  const json::value* attribute = attributes.if_contains(name);
  if (attribute == nullptr) return std::nullopt;
  const auto text = typed(*attribute, "N");
  const auto parsed = text ? whole_number(*text) : std::nullopt;
  if (!parsed || *parsed > max) return fail("the item's {} is not a whole number up to {}", name, max);
  return parsed;
}

Result<std::optional<Sequence>> sequence(const json::object& attributes, const std::string& name) {
  const json::value* attribute = attributes.if_contains(name);
  if (attribute == nullptr) return std::nullopt;
  const auto text = typed(*attribute, "N");
  const auto parsed = text ? parse_sequence(*text) : std::nullopt;
  if (!parsed) return fail("the item's {} is no sequence", name);
  return parsed;
}

}  // namespace

Result<Item> read_item(const json::object& attributes, const counter::Counter& counter, int slot) {
  Item item;
  const auto count = number(attributes, "visit_count", limits::count_max);
  if (!count) return std::unexpected(count.error());
  const auto last = sequence(attributes, fmt::format("s{}", slot));
  if (!last) return std::unexpected(last.error());
  item.sequence = *last;
  const auto ended_at = number(attributes, fmt::format("a{}", slot), limits::count_max);
  if (!ended_at) return std::unexpected(ended_at.error());
  item.ended_at = *ended_at;
  if (!*count) return item;

  item.record = counter::Record{.visit_count = **count,
                                .created_date = text(attributes, "created_date"),
                                .last_updated = text(attributes, "last_updated"),
                                .expires = {}};
  if (counter.ttl.count() == 0) return item;
  const auto expires = number(attributes, "ItemExpireTTL", limits::epoch_seconds_max);
  if (!expires) return std::unexpected(expires.error());
  if (*expires) item.record->expires = std::chrono::sys_seconds(std::chrono::seconds(**expires));
  return item;
}

std::string read_id(const json::object& attributes) { return text(attributes, "counter_id"); }

}  // namespace vc::store::dynamodb
