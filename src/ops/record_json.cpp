#include "ops/record_json.hpp"

#include <boost/json.hpp>

#include "limits.hpp"

namespace vc::ops {

namespace json = boost::json;

namespace {

constexpr json::string_view visit_count = "visit_count";

Result<json::object> parse_object(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error);
  if (error || !value.is_object()) return fail("not a JSON object");
  return std::move(value.get_object());
}

Result<counter::Count> count_of(const json::object& object) {
  const json::value* value = object.if_contains(visit_count);
  if (value == nullptr) return fail("visit_count is missing");
  boost::system::error_code error;
  const auto count = value->to_number<std::uint64_t>(error);
  if (error || value->is_double() || count > limits::count_max) {
    return fail("visit_count is a whole number from 0 to {}", limits::count_max);
  }
  return count;
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

Result<counter::Count> parse_correction(std::string_view text) {
  const auto object = parse_object(text);
  if (!object) return std::unexpected(object.error());
  if (object->size() > 1) return fail("only visit_count can be set");
  return count_of(*object);
}

Result<counter::Count> parse_visit_count(std::string_view text) {
  const auto object = parse_object(text);
  if (!object) return std::unexpected(object.error());
  return count_of(*object);
}

}  // namespace vc::ops
