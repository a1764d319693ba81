#include "app/serve/usage_file.hpp"

#include <array>
#include <ranges>
#include <utility>

#include "app/config/plans.hpp"
#include "base/file.hpp"
#include "base/number.hpp"
#include "base/time_text.hpp"
#include "limits.hpp"

namespace vc::app {

using gateway::KeyUsage;
using gateway::parse_period;

namespace {

constexpr std::size_t date_chars = 10;  // 2026-11-01

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  if (text.size() != date_chars || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_number(text.substr(0, 4), 0, 9999);
  const auto month = parse_number(text.substr(5, 2), 1, 12);
  const auto day = parse_number(text.substr(8), 1, 31);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

std::optional<KeyUsage> parse_line(std::string_view line) {
  std::array<std::string_view, 4> words;
  std::size_t count = 0;
  for (const auto word : std::views::split(line, ' ')) {
    if (count == words.size()) return std::nullopt;
    words[count++] = std::string_view(word.begin(), word.end());
  }
  const auto key_name = parse_plan_name(words[0]);
  const auto period = parse_period(words[1]);
  const auto since = parse_date(words[2]);
  const auto used = parse_number(words[3], 0, limits::quota_max);
  if (!key_name || !period || !since || !used) return std::nullopt;
  return KeyUsage{.key_name = *key_name, .usage = {.period = *period, .since = *since, .used = *used}};
}

}  // namespace

std::string usage_text(const std::vector<KeyUsage>& usage) {
  std::string text;
  for (const auto& [key_name, used] : usage) {
    const Rfc3339 since = rfc3339(used.since);
    fmt::format_to(std::back_inserter(text), "{} {} {} {}\n", key_name, name(used.period),
                   view(since).substr(0, date_chars), used.used);
  }
  return text;
}

Result<std::vector<KeyUsage>> parse_usage(std::string_view text) {
  std::vector<KeyUsage> usage;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const auto parsed = parse_line(line);
    if (!parsed || line.size() == text.size()) return fail("line {} is not as this program wrote it", usage.size() + 1);
    usage.push_back(*parsed);
    text.remove_prefix(line.size() + 1);
  }
  return usage;
}

Result<std::vector<KeyUsage>> read_usage(const std::optional<std::filesystem::path>& path) {
  std::error_code unknown;
  if (!path || !std::filesystem::exists(*path, unknown)) return {};
  const auto text = read_file(path->string());
  if (!text) return std::unexpected(text.error());
  auto usage = parse_usage(*text);
  if (!usage) return fail("{}: {}; delete it, and quotas begin anew", path->string(), usage.error().message);
  return usage;
}

UsageFile::UsageFile(std::optional<std::filesystem::path> path, gateway::Limiter& limiter, telemetry::Log& log)
    : path_(std::move(path)), limiter_(limiter), log_(log) {}

UsageFile::~UsageFile() { stop(); }

Result<void> UsageFile::start() {
  const auto usage = read_usage(path_);
  if (!usage) return std::unexpected(usage.error());
  limiter_.carry_on(*usage);
  saved_ = limiter_.usage();
  thread_ = std::thread([this] { run(); });
  return {};
}

void UsageFile::rules_changed() {
  {
    const std::lock_guard lock(mutex_);
    rules_changed_ = true;
  }
  changed_.notify_one();
}

void UsageFile::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
  save();
}

void UsageFile::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    rules_changed_ = false;
    lock.unlock();
    const bool has_quotas = !limiter_.usage().empty();
    save();
    lock.lock();
    const auto awake = [this] { return stopping_ || rules_changed_; };
    if (has_quotas) {
      changed_.wait_for(lock, limits::usage_interval, awake);
    } else {
      changed_.wait(lock, awake);
    }
  }
}

void UsageFile::save() {
  auto usage = limiter_.usage();
  if (usage == saved_) return;
  if (!path_) {
    if (!std::exchange(in_trouble_, true)) log_.warn("quotas are counted by this process alone, and end with it");
    saved_ = std::move(usage);
    return;
  }
  const auto written = replace_file(path_->string(), usage_text(usage));
  const bool trouble = !written;
  if (written) saved_ = std::move(usage);
  if (trouble && !in_trouble_) log_.error("quotas cannot be kept", {{"reason", written.error().message}});
  if (!trouble && in_trouble_) log_.info("quotas are kept again");
  in_trouble_ = trouble;
}

}  // namespace vc::app
