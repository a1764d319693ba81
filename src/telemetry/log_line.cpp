#include "telemetry/log_line.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

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

/// Bytes that stand for themselves in a JSON string.
constexpr auto plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = ' '; c <= '~'; ++c) plain.at(c) = c != '"' && c != '\\';
  return plain;
}();

bool plain(char c) { return plain_bytes[static_cast<unsigned char>(c)]; }

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

char digit(unsigned value) { return static_cast<char>('0' + value); }

void append_number(std::string& to, std::int64_t number) {
  const fmt::format_int digits(number);
  to.append(digits.data(), digits.size());
}

void append_member(std::string& to, std::string_view name, std::string_view value) {
  to.append("\"").append(name).append("\":\"");
  append_escaped(to, value);
  to.push_back('"');
}

}  // namespace

void LineWriter::append(std::string& to, WallTime time, LogLevel level, std::string_view message,
                        std::span<const Field> fields) {
  if (format_ == LogFormat::json) {
    append_json(to, time, level, message, fields);
  } else {
    append_text(to, time, level, message, fields);
  }
}

void LineWriter::append_json(std::string& to, WallTime time, LogLevel level, std::string_view message,
                             std::span<const Field> fields) {
  const auto millis = static_cast<unsigned>((time.time_since_epoch() % std::chrono::seconds(1)).count());
  to.append(R"({"timestamp":")").append(second_.rfc3339(time).substr(0, 19));
  to.append({'.', digit(millis / 100), digit(millis / 10 % 10), digit(millis % 10)}).append("Z\",");
  append_member(to, "level", name(level));
  to.push_back(',');
  append_member(to, "message", message);
  for (const Field& field : fields) {
    to.push_back(',');
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      to.append("\"").append(field.name).append("\":");
      append_number(to, *number);
    } else {
      append_member(to, field.name, std::get<std::string_view>(field.value));
    }
  }
  to.append("}\n");
}

void LineWriter::append_text(std::string& to, WallTime time, LogLevel level, std::string_view message,
                             std::span<const Field> fields) {
  to.append(second_.rfc3339(time).substr(11, 8)).append(" ").append(name(level)).append(" ");
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

}  // namespace vc::telemetry
