// What the operating system says of this process.
#pragma once

#include <cstdint>

namespace vc::telemetry {

/// What could not be found out is 0.
struct ProcessFigures {
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t descriptors_max = 0;
};

ProcessFigures process_figures();

}  // namespace vc::telemetry
