// How many visits came when, as JSON.
#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "counter/store.hpp"

namespace vc::ops {

/// `[[HOUR, VISITS], …]`, HOUR in hours since 1970; null: the store keeps none.
boost::json::value hours_json(const counter::History& history);

/// `{"hours": …}`, or `{"trouble": WORDS}`.
std::string to_json(const counter::StoreResult<counter::History>& history);

/// Errors: anything but the hours.
Result<counter::History> parse_history(std::string_view json);

}  // namespace vc::ops
