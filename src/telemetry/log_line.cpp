#include "telemetry/log_line.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/append.hpp"
#include "base/find.hpp"
#include "base/random.hpp"
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

constexpr std::size_t escaped_byte_chars = 6;  // \u001b
constexpr std::size_t number_chars_max = 20;   // and more than a flag
constexpr std::size_t frame_chars_max = 64;    // of a line: all that is neither its message nor its fields
constexpr std::size_t member_chars_max = 8;    // of a field: quotes, colon and comma

/// What does not stand for itself in a JSON string (RFC 8259 §7), nor anything outside of ASCII: a client's bytes may
/// be no UTF-8.
constexpr auto needs_escape = [](auto byte) { return (byte < ' ') | (byte > '~') | (byte == '"') | (byte == '\\'); };

char* put_escape(char* to, char c) {
  if (c == '"' || c == '\\') return put(to, "\\", std::string_view(&c, 1));
  return write_hex(put(to, "\\u00"), static_cast<unsigned char>(c), 2);
}

char* put_escaped(char* to, std::string_view value) {
  value = value.substr(0, limits::log_value_bytes_max);
  for (;;) {
    const std::size_t plain = find_byte(value, 0, needs_escape);
    to = put(to, value.substr(0, plain));
    if (plain == value.size()) return to;
    to = put_escape(to, value[plain]);
    value.remove_prefix(plain + 1);
  }
}

std::size_t escaped_chars_max(std::string_view value) {
  return escaped_byte_chars * std::min(value.size(), limits::log_value_bytes_max);
}

std::size_t chars_max(std::string_view message, std::span<const Field> fields) {
  std::size_t chars = frame_chars_max + escaped_chars_max(message);
  for (const Field& field : fields) {
    const auto* text = std::get_if<std::string_view>(&field.value);
    chars += member_chars_max + field.name.size() + (text != nullptr ? escaped_chars_max(*text) : number_chars_max);
  }
  return chars;
}

/// A value that is no text: the same in JSON and for people.
char* put_plain(char* to, const Field& field) {
  if (const auto* flag = std::get_if<bool>(&field.value)) return put(to, *flag ? "true" : "false");
  const fmt::format_int digits(std::get<std::int64_t>(field.value));
  return put(to, std::string_view(digits.data(), digits.size()));
}

char* put_milliseconds(char* to, WallTime time) {
  const auto millis = (time.time_since_epoch() % std::chrono::seconds(1)).count();
  for (const auto place : {100, 10, 1}) *to++ = static_cast<char>('0' + millis / place % 10);
  return to;
}

char* put_json(char* to, const Field& field) {
  to = put(to, ",\"", field.name, "\":");
  const auto* text = std::get_if<std::string_view>(&field.value);
  if (text == nullptr) return put_plain(to, field);
  return put(put_escaped(put(to, "\""), *text), "\"");
}

char* put_text(char* to, const Field& field) {
  to = put(to, " ", field.name, "=");
  const auto* text = std::get_if<std::string_view>(&field.value);
  return text != nullptr ? put_escaped(to, *text) : put_plain(to, field);
}

char* put_json(char* to, std::string_view second, WallTime time, LogLevel level, std::string_view message,
               std::span<const Field> fields) {
  to = put(to, R"({"timestamp":")", second.substr(0, 19), ".");
  to = put_milliseconds(to, time);
  to = put(to, R"(Z","level":")", name(level), R"(","message":")");
  to = put(put_escaped(to, message), "\"");
  for (const Field& field : fields) to = put_json(to, field);
  return put(to, "}\n");
}

char* put_text(char* to, std::string_view second, LogLevel level, std::string_view message,
               std::span<const Field> fields) {
  to = put(to, second.substr(11, 8), " ", name(level), " ");
  to = put_escaped(to, message);
  for (const Field& field : fields) to = put_text(to, field);
  return put(to, "\n");
}

}  // namespace

void LineWriter::append(std::string& to, WallTime time, LogLevel level, std::string_view message,
                        std::span<const Field> fields) {
  const std::string_view second = second_.rfc3339(time);
  vc::append(to, chars_max(message, fields), [&](char* at) {
    return format_ == LogFormat::json ? put_json(at, second, time, level, message, fields)
                                      : put_text(at, second, level, message, fields);
  });
}

}  // namespace vc::telemetry
