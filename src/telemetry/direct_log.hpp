// The log of a process that may be frozen or killed as soon as it has answered: nothing is left for later.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "telemetry/log_line.hpp"

namespace vc::telemetry {

/// Each line is written, in one piece, before the call returns; what cannot be written is lost. JSON. Thread: one.
class DirectLog final {
 public:
  /// The descriptor is borrowed. Lifetime: the clock outlives it.
  DirectLog(const Clock& clock, int fd, LogLevel level) : clock_(clock), fd_(fd), level_(level) {}

  void info(std::string_view message, std::initializer_list<Field> fields = {}) {
    line(LogLevel::info, message, {fields.begin(), fields.size()});
  }
  void warn(std::string_view message, std::initializer_list<Field> fields = {}) {
    line(LogLevel::warn, message, {fields.begin(), fields.size()});
  }
  void error(std::string_view message, std::initializer_list<Field> fields = {}) {
    line(LogLevel::error, message, {fields.begin(), fields.size()});
  }

  void line(LogLevel level, std::string_view message, std::span<const Field> fields);

  /// A line of another form, with its end; no level silences it.
  void write(std::string_view line);

 private:
  const Clock& clock_;
  const int fd_;
  const LogLevel level_;
  LineWriter writer_{LogFormat::json};
};

}  // namespace vc::telemetry
