// What keys have used of their quotas, in a file beside the store, so that a restart does not give it back.
//
// A line for each key, `alice month 2026-11-01 48212`: its name, the period and its first day, requests.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "gateway/limiter.hpp"
#include "telemetry/log.hpp"

namespace vc::app {

std::string usage_text(const std::vector<gateway::KeyUsage>& usage);

/// Errors: a line that is none; the message has its number.
Result<std::vector<gateway::KeyUsage>> parse_usage(std::string_view text);

/// What the file has: nothing if there is none. Errors: it cannot be read, or is not as this program wrote it.
Result<std::vector<gateway::KeyUsage>> read_usage(const std::optional<std::filesystem::path>& path);

/// Writes the file on a thread of its own: limits::usage_interval after a change at the latest, and at the end. Without
/// quotas it sleeps. Whoever owns the store owns the file. Lifetime: limiter and log outlive it.
class UsageFile final {
 public:
  /// Without a path it keeps nothing, and says so in the log if there are quotas.
  UsageFile(std::optional<std::filesystem::path> path, gateway::Limiter& limiter, telemetry::Log& log);
  UsageFile(const UsageFile&) = delete;
  UsageFile& operator=(const UsageFile&) = delete;
  ~UsageFile();

  /// Hands the limiter what the file has, and begins. Errors: it cannot be read.
  Result<void> start();

  /// There may be quotas now. Thread: any.
  void rules_changed();

  /// Writes what is left. Once. Thread: the one that started it.
  void stop();

 private:
  void run();
  void save();

  const std::optional<std::filesystem::path> path_;
  gateway::Limiter& limiter_;
  telemetry::Log& log_;
  std::vector<gateway::KeyUsage> saved_;
  bool in_trouble_ = false;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool rules_changed_ = false;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace vc::app
