#include "telemetry/log_line.hpp"

#include <fmt/format.h>

#include <iterator>

#include "base/time_text.hpp"
#include "limits.hpp"

namespace vc::telemetry {
namespace {

std::string_view name(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "DEBUG";
    case LogLevel::info: return "INFO";
    case LogLevel::warn: return "WARN";
    case LogLevel::error: return "ERROR";
  }
  return "INFO";
}

bool plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

/// The JSON escapes of RFC 8259 §7. Every byte outside of ASCII becomes \u00XX: a client's bytes may be no UTF-8.
void append_escaped(std::string& to, std::string_view value) {
  value = value.substr(0, limits::log_value_bytes_max);
  while (!value.empty()) {
    std::size_t run = 0;
    while (run < value.size() && plain(value[run])) ++run;
    to.append(value.substr(0, run));
    value.remove_prefix(run);
    if (value.empty()) return;
    const char c = value.front();
    if (c == '"' || c == '\\') {
      to.push_back('\\');
      to.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<unsigned char>(c));
    }
    value.remove_prefix(1);
  }
}

void append_number(std::string& to, std::int64_t number) {
  const fmt::format_int digits(number);
  to.append(digits.data(), digits.size());
}

void append_json(std::string& to, std::string_view name, std::string_view value) {
  to.append("\"").append(name).append("\":\"");
  append_escaped(to, value);
  to.push_back('"');
}

void append_json_line(std::string& to, WallTime time, LogLevel level, std::string_view message,
                      std::span<const Field> fields) {
  to.push_back('{');
  append_json(to, "timestamp", view(rfc3339_millis(time)));
  to.push_back(',');
  append_json(to, "level", name(level));
  to.push_back(',');
  append_json(to, "message", message);
  for (const Field& field : fields) {
    to.push_back(',');
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      to.append("\"").append(field.name).append("\":");
      append_number(to, *number);
    } else {
      append_json(to, field.name, std::get<std::string_view>(field.value));
    }
  }
  to.append("}\n");
}

void append_text_line(std::string& to, WallTime time, LogLevel level, std::string_view message,
                      std::span<const Field> fields) {
  to.append(view(rfc3339(time)).substr(11, 8)).append(" ").append(name(level)).append(" ");
  append_escaped(to, message);
  for (const Field& field : fields) {
    to.append(" ").append(field.name).append("=");
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      append_number(to, *number);
    } else {
      append_escaped(to, std::get<std::string_view>(field.value));
    }
  }
  to.push_back('\n');
}

}  // namespace

void append_line(std::string& to, LogFormat format, WallTime time, LogLevel level, std::string_view message,
                 std::span<const Field> fields) {
  (format == LogFormat::json ? append_json_line : append_text_line)(to, time, level, message, fields);
}

}  // namespace vc::telemetry
