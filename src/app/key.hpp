// The command that makes an API key.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vc::app {

/// A new key, of letters and digits, and below it the lines for the configuration file, which hold its digest only. It
/// is kept nowhere. Errors: a name that is none.
Result<std::string> make_key(std::string_view name, std::string_view plan);

}  // namespace vc::app
