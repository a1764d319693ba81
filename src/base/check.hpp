// Invariants that stay on in release. For what we believe, never for what a client or a store says.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace vc {

/// Stops the process with one line if a belief turns out false: a bug must not count visits.
inline void check(bool holds, const char* belief, const std::source_location place = std::source_location::current()) {
  if (holds) [[likely]]
    return;
  (void)std::fprintf(stderr, "visitor-counter: bug: not true that %s (%s:%u)\n", belief, place.file_name(),
                     static_cast<unsigned>(place.line()));
  std::abort();
}

}  // namespace vc
