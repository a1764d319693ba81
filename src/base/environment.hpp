// The variables of the process as a value: read once, handed in.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace vc {

using Environment = std::map<std::string, std::string, std::less<>>;

/// From the form that main is given: `NAME=value`, ended by nullptr.
Environment read_environment(const char* const* variables);

/// The variable's value; empty if it is not set. Lifetime: of the environment.
std::string_view variable(const Environment& environment, std::string_view name);

}  // namespace vc
