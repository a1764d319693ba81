#include "telemetry/log.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>

#include "limits.hpp"

namespace vc::telemetry {

namespace {

/// A write of at most this much to a pipe that poll calls ready does not block (pipe(7)); a file never waits for a
/// reader.
std::size_t piece_bytes_max(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? std::string::npos : PIPE_BUF;
}

}  // namespace

Log::Log(const Clock& clock, Options options)
    : clock_(clock), options_(options), piece_bytes_max_(piece_bytes_max(options.fd)), thread_([this] { run(); }) {}

Log::~Log() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    give_up_at_ = std::chrono::steady_clock::now() + limits::log_drain_deadline;
  }
  lines_arrived_.notify_one();
  thread_.join();
}

void Log::line(LogLevel level, std::string_view message, std::span<const Field> fields) {
  if (!wants(level)) return;
  std::string line;
  LineWriter(options_.format).append(line, clock_.now(), level, message, fields);
  write(line, 1);
}

void Log::write(std::string_view lines, std::size_t line_count) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() + lines.size() > options_.buffer_bytes_max) {
    return drop(line_count);
  }
  const bool wake = waiting_.empty();
  waiting_.append(lines);
  if (wake) lines_arrived_.notify_one();
}

void Log::run() {
  std::string writing;
  std::unique_lock lock(mutex_);
  for (;;) {
    lines_arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty() && dropped_ == 0) break;  // stopping, and nothing is left
    std::swap(writing, waiting_);
    if (torn_) writing.insert(writing.begin(), '\n');
    report_dropped(writing);
    lock.unlock();
    const bool taken = write_out(writing);
    writing.clear();
    lock.lock();
    if (stopping_ && !taken) break;
    // Under load lines gather for a moment: waking up for each turn of a loop would cost more than the lines.
    if (!stopping_) lines_arrived_.wait_for(lock, limits::log_pause, [this] { return stopping_; });
  }
}

void Log::report_dropped(std::string& to) {
  if (dropped_ == 0) return;
  const std::array fields = {Field{"lines", static_cast<std::int64_t>(std::exchange(dropped_, 0))}};
  LineWriter(options_.format).append(to, clock_.now(), LogLevel::warn, "log lines dropped", fields);
}

// A full disk or a closed pipe costs lines, nothing else. False: not all was taken.
bool Log::write_out(std::string_view bytes) {
  while (!bytes.empty() && reader_is_ready()) {
    const ssize_t written = ::write(options_.fd, bytes.data(), std::min(bytes.size(), piece_bytes_max_));
    if (written < 0 && errno != EINTR && errno != EAGAIN) break;
    if (written <= 0) continue;
    const auto size = static_cast<std::size_t>(written);
    torn_ = bytes[size - 1] != '\n';
    bytes.remove_prefix(size);
  }
  lose(bytes);
  return bytes.empty();
}

void Log::lose(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  drop(static_cast<std::uint64_t>(std::ranges::count(bytes, '\n')));
}

// Requires: the mutex.
void Log::drop(std::uint64_t lines) {
  dropped_ += lines;
  lines_dropped_.fetch_add(lines, std::memory_order_relaxed);
}

// Waits for it; false once the process ends and has waited long enough.
bool Log::reader_is_ready() {
  if (piece_bytes_max_ == std::string::npos) return true;
  for (;;) {
    pollfd reader{.fd = options_.fd, .events = POLLOUT, .revents = 0};
    constexpr int look_again_ms = 100;
    if (::poll(&reader, 1, look_again_ms) > 0) return true;
    const std::lock_guard lock(mutex_);
    if (stopping_ && std::chrono::steady_clock::now() >= give_up_at_) return false;
  }
}

void TurnLog::line(LogLevel level, std::string_view message, std::span<const Field> fields) {
  if (!log_.wants(level)) return;
  writer_.append(lines_, clock_.now(), level, message, fields);
  ++line_count_;
  gathered_one_();
}

void TurnLog::flush() {
  if (lines_.empty()) return;
  log_.write(lines_, std::exchange(line_count_, 0));
  lines_.clear();
}

}  // namespace vc::telemetry
