// The log: never blocks and never stops the counting. What a slow or dead reader does not take is dropped, and counted.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "telemetry/log_line.hpp"

namespace vc::telemetry {

/// Writes to a file descriptor on a thread of its own. Thread: any.
class Log final {
 public:
  struct Options {
    int fd;  // borrowed
    LogFormat format;
    LogLevel level;
    std::size_t buffer_bytes_max;
  };

  Log(const Clock& clock, Options options);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Waits for the reader to take what is left, for limits::log_drain_deadline at most.
  ~Log();

  bool wants(LogLevel level) const { return level >= options_.level; }
  LogFormat format() const { return options_.format; }

  void debug(std::string_view message, std::initializer_list<Field> fields = {}) {
    line(LogLevel::debug, message, {fields.begin(), fields.size()});
  }
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

  /// Takes over lines that were formatted elsewhere. All of them, or if there is no room, none.
  void write(std::string_view lines, std::size_t line_count);

  /// Since the beginning.
  std::uint64_t lines_dropped() const { return lines_dropped_.load(std::memory_order_relaxed); }

 private:
  void run();
  bool write_out(std::string_view bytes);
  bool reader_is_ready();
  void report_dropped(std::string& to);
  void lose(std::string_view bytes);
  void drop(std::uint64_t lines);

  const Clock& clock_;
  const Options options_;
  const std::size_t piece_bytes_max_;

  std::atomic<std::uint64_t> lines_dropped_ = 0;

  std::mutex mutex_;  // guards all below
  std::condition_variable lines_arrived_;
  std::string waiting_;
  std::uint64_t dropped_ = 0;  // and not told yet
  bool torn_ = false;          // the last line that was written has no end
  bool stopping_ = false;
  std::chrono::steady_clock::time_point give_up_at_;

  std::thread thread_;
};

/// One I/O thread's lines, gathered during a turn of its loop and handed over in one piece. Thread: its loop's.
class TurnLog final {
 public:
  /// `gathered` is called for each line; it must make the loop call `flush` soon.
  TurnLog(Log& log, const Clock& clock, std::function<void()> gathered)
      : log_(log), clock_(clock), gathered_one_(std::move(gathered)), writer_(log.format()) {}

  void line(LogLevel level, std::string_view message, std::span<const Field> fields);

  /// Hands over what has gathered, in one piece.
  void flush();

 private:
  Log& log_;
  const Clock& clock_;
  const std::function<void()> gathered_one_;
  LineWriter writer_;
  std::string lines_;
  std::size_t line_count_ = 0;
};

}  // namespace vc::telemetry
