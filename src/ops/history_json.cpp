#include "ops/history_json.hpp"

#include <boost/json.hpp>

#include "function/function.hpp"

namespace vc::ops {

namespace json = boost::json;

using counter::History;
using counter::HourVisits;

namespace {

std::optional<HourVisits> parse_hour(const json::value& value) {
  const json::array* pair = value.if_array();
  if (pair == nullptr || pair->size() != 2) return std::nullopt;
  boost::system::error_code error;
  const auto hour = (*pair)[0].to_number<std::int32_t>(error);
  if (error) return std::nullopt;
  const auto visits = (*pair)[1].to_number<std::uint64_t>(error);
  if (error) return std::nullopt;
  return HourVisits{.start = std::chrono::sys_time<std::chrono::hours>(std::chrono::hours(hour)), .visits = visits};
}

}  // namespace

json::value hours_json(const History& history) {
  if (!history) return nullptr;
  json::array hours;
  for (const HourVisits& hour : *history) {
    hours.push_back(json::array{hour.start.time_since_epoch().count(), hour.visits});
  }
  return hours;
}

std::string to_json(const counter::StoreResult<History>& history) {
  if (history) return json::serialize(json::object{{"hours", hours_json(*history)}});
  const std::string_view words = function::public_words(history.error().fault);
  return json::serialize(json::object{{"trouble", json::string(words.data(), words.size())}});
}

Result<History> parse_history(std::string_view text) {
  const auto no_history = fail("not a history");
  boost::system::error_code error;
  const json::value value = json::parse({text.data(), text.size()}, error);
  const auto* object = error ? nullptr : value.if_object();
  const json::value* hours = object != nullptr ? object->if_contains("hours") : nullptr;
  if (hours == nullptr) return no_history;
  if (hours->is_null()) return History();
  if (!hours->is_array()) return no_history;
  std::vector<HourVisits> visits;
  for (const json::value& each : hours->get_array()) {
    const auto hour = parse_hour(each);
    if (!hour) return no_history;
    visits.push_back(*hour);
  }
  return visits;
}

}  // namespace vc::ops
