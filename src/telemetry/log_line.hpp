// One line of the log, as JSON for programs or as text for people.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/time_text.hpp"

namespace vc::telemetry {

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { text, json };

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;
};

/// Makes lines. Thread: one.
class LineWriter final {
 public:
  explicit LineWriter(LogFormat format) : format_(format) {}

  /// Appends one line and its end. JSON: one object, valid UTF-8 whatever bytes the values hold; text: nothing in it
  /// moves a terminal's cursor. Values are cut at limits::log_value_bytes_max.
  void append(std::string& to, WallTime time, LogLevel level, std::string_view message, std::span<const Field> fields);

 private:
  const LogFormat format_;
  SecondText second_;
};

}  // namespace vc::telemetry
