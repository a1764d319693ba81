// The commands of blue and green on one machine: `promote`, `rollback`, `status`.
#pragma once

#include <chrono>
#include <string>

#include "app/config/config.hpp"
#include "base/result.hpp"

namespace vc::app {

/// What the owner of the store says: JSON. Errors: none runs, the store is in no file.
Result<std::string> release_status(const Config& config);

/// The same for people, two lines.
std::string as_text(const std::string& status);

/// A question for the one who wants to hand over, with both versions. Errors: as above, or there is no standby.
Result<std::string> hand_over_question(const std::string& status);

struct HandOver {
  std::string stage;  // empty: back to the one before
  std::chrono::seconds watch;
};

/// Has the store handed over, and waits until the new owner has been watched for so long. What goes on meanwhile is
/// told on standard error. Gives the last word. Errors: it was refused, or failed, and why.
Result<std::string> hand_over(const Config& config, const HandOver& wish);

}  // namespace vc::app
