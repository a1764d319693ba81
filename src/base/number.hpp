// Numbers that people write.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace vc {

/// Errors: not a whole number from `min` to `max`; the message names it.
Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t min, std::uint64_t max);

}  // namespace vc
