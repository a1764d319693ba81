#include "app/commands/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "limits.hpp"

namespace vc::app {
namespace {

constexpr std::string_view erase_line = "\r\x1b[K";

}  // namespace

Progress::Progress(std::string_view what) : what_(what), watched_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "{}", erase_line);
}

void Progress::at(std::size_t done) {
  if (!watched_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + limits::progress_interval;
  shown_ = true;
  fmt::print(stderr, "{}{} {}", erase_line, done, what_);
  (void)std::fflush(stderr);
}

}  // namespace vc::app
