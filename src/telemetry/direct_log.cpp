#include "telemetry/direct_log.hpp"

#include <unistd.h>

#include <cerrno>

namespace vc::telemetry {

void DirectLog::line(LogLevel level, std::string_view message, std::span<const Field> fields) {
  if (level < level_) return;
  std::string text;
  writer_.append(text, clock_.now(), level, message, fields);
  write(text);
}

void DirectLog::write(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(fd_, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace vc::telemetry
