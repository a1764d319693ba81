// The tables of the configuration file: `[[usage_plan]]`, `[[api_key]]` and `[[route]]`.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "gateway/rules.hpp"

namespace vc::app {

/// Whether the file's key is one of these tables.
bool is_plan_table(std::string_view key);

/// Adds to the rules what the tables say; `toml` has nothing else. Errors: one line that names the table and its key.
Result<void> add_plans(gateway::Rules& rules, std::string_view toml);

/// Requests a second, with up to three decimals, as requests in 1000 s.
Result<std::uint64_t> parse_rate(std::string_view text);

/// With the burst that a rate has by itself: one second's requests.
gateway::Throttle throttle_of(std::uint64_t requests_per_1000_s);

/// Of keys and plans. Errors: empty, too long, or other characters than `A-Z a-z 0-9 . _ @ -`.
Result<std::string> parse_plan_name(std::string_view text);

}  // namespace vc::app
