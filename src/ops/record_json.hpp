// A record as JSON, with the names it has in the stores.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "counter/counter.hpp"

namespace vc::ops {

std::string to_json(const counter::CounterId& id, const counter::Record& record);

/// `{"visit_count": 7}`, and nothing else. Errors: anything else, in words for whoever sent it.
Result<counter::Count> parse_correction(std::string_view json);

/// The count of a record in JSON.
Result<counter::Count> parse_visit_count(std::string_view json);

}  // namespace vc::ops
