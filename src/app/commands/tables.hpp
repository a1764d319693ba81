// The commands that make a DynamoDB table, or look at it.
#pragma once

#include <string>
#include <string_view>

#include "app/config/config.hpp"
#include "base/result.hpp"

namespace vc::app {

enum class TableCommand { create, check };

/// What was done or found, a line each. Errors: the configured store is no table; the table cannot be made or used.
Result<std::string> run_table(TableCommand command, const Config& config);

/// The same lines as an array of strings.
std::string lines_as_json(std::string_view lines);

}  // namespace vc::app
