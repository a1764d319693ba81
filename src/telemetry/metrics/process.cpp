#include "telemetry/metrics/process.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "base/file.hpp"

namespace vc::telemetry {
namespace {

double cpu_seconds() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::uint64_t descriptors_max() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

/// The one that looks is not counted.
std::uint64_t open_descriptors() {
  std::error_code error;
  std::uint64_t open = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++open;
  }
  return open == 0 ? 0 : open - 1;
}

}  // namespace

ProcessFigures process_figures() {
  ProcessFigures figures{
      .cpu_seconds = cpu_seconds(), .open_descriptors = open_descriptors(), .descriptors_max = descriptors_max()};
  std::istringstream pages(read_file("/proc/self/statm").value_or(""));  // proc(5): all, resident, …
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  if (pages >> figures.virtual_bytes >> figures.resident_bytes) {
    figures.virtual_bytes *= page_bytes;
    figures.resident_bytes *= page_bytes;
  }
  return figures;
}

}  // namespace vc::telemetry
