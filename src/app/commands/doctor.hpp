// The command `doctor`: what is wrong with this set-up, and what to do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.hpp"

namespace vc::app {

enum class Health { good, doubtful, wrong };

struct Finding {
  std::string_view check;  // "store", "disk", …
  Health health = Health::good;
  std::string words;  // what was found, and where it is not good, what to do
};

/// Looks at the server if one has the store, else at the store, the rights to its files, the disk, the ports, the
/// certificate and the clock. Changes nothing.
std::vector<Finding> examine(const Config& config);

/// Whether the server can run, in spite of doubts.
bool can_run(const std::vector<Finding>& findings);

/// For people, and for programs.
std::string as_text(const std::vector<Finding>& findings);
std::string as_json(const std::vector<Finding>& findings);

}  // namespace vc::app
