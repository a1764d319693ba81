// The self-test of a release: it counts on a copy of the store before it is given the store.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "counter/counter.hpp"
#include "counter/store.hpp"

namespace vc::app {

/// Where the copy lies: beside the control socket of the store's owner.
std::filesystem::path trial_file(const std::filesystem::path& store_file);

/// Puts a copy there, in the place of whatever is left of another.
Result<void> lay_out_trial(const std::filesystem::path& store_file, std::string_view copy);

/// What the new release does: finds the count on the copy, adds a visit, finds that too.
/// Errors: what it cannot do.
Result<void> stand_trial(const std::filesystem::path& store_file, const counter::Counter& counter, counter::Count count,
                         WallTime now);

/// What the old release does then: reads what the new one has written.
Result<void> read_trial(const std::filesystem::path& store_file, const counter::Counter& counter, counter::Count count,
                        WallTime now);

void clear_trial(const std::filesystem::path& store_file);

}  // namespace vc::app
