#include "telemetry/log_line.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>

#include "limits.hpp"

namespace vc::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr WallTime time_of_test = std::chrono::sys_days{2026y / 11 / 22} + 18h + 40min + 123ms;

std::string json_line(std::string_view value) {
  std::string line;
  const std::array fields = {Field{"value", value}};
  LineWriter(LogFormat::json).append(line, time_of_test, LogLevel::info, "request", fields);
  return line;
}

TEST(LogLine, IsOneJsonObject) {
  std::string line;
  const std::array fields = {Field{"route", std::string_view("/counter")}, Field{"status", std::int64_t{200}}};
  LineWriter(LogFormat::json).append(line, time_of_test, LogLevel::warn, "request", fields);
  EXPECT_EQ(
      line,
      R"({"timestamp":"2026-11-22T18:40:00.123Z","level":"WARN","message":"request","route":"/counter","status":200})"
      "\n");
}

TEST(LogLine, KnowsFlags) {
  const std::array fields = {Field{"cold_start", true}, Field{"warm", false}};
  std::string json;
  LineWriter(LogFormat::json).append(json, time_of_test, LogLevel::info, "request", fields);
  EXPECT_TRUE(json.ends_with(R"("message":"request","cold_start":true,"warm":false})"
                             "\n"))
      << json;
  std::string text;
  LineWriter(LogFormat::text).append(text, time_of_test, LogLevel::info, "request", fields);
  EXPECT_EQ(text, "18:40:00 INFO request cold_start=true warm=false\n");
}

TEST(LogLine, IsReadableText) {
  std::string line;
  const std::array fields = {Field{"route", std::string_view("/counter")}, Field{"status", std::int64_t{200}}};
  LineWriter(LogFormat::text).append(line, time_of_test, LogLevel::info, "request", fields);
  EXPECT_EQ(line, "18:40:00 INFO request route=/counter status=200\n");
}

TEST(LogLine, IsValidJsonWhateverByteAClientSends) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value = {'a', static_cast<char>(byte), 'z'};
    const std::string line = json_line(value);
    EXPECT_EQ(std::ranges::count(line, '\n'), 1) << byte;
    const boost::json::value parsed = boost::json::parse(line);
    const auto& text = parsed.at("value").as_string();
    EXPECT_EQ(text.front(), 'a');
    EXPECT_EQ(text.back(), 'z');
  }
}

TEST(LogLine, CutsLongValues) {
  const auto parsed = boost::json::parse(json_line(std::string(10'000, 'x')));
  EXPECT_EQ(parsed.at("value").as_string().size(), limits::log_value_bytes_max);
}

TEST(LogLine, AsTextMovesNoCursor) {
  std::string line;
  const std::array fields = {Field{"path", std::string_view("\x1b[2J\r\n")}};
  LineWriter(LogFormat::text).append(line, time_of_test, LogLevel::info, "request", fields);
  EXPECT_EQ(line, "18:40:00 INFO request path=\\u001b[2J\\u000d\\u000a\n");
}

}  // namespace
}  // namespace vc::telemetry
