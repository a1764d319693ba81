#include "app/commands/doctor.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>
#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/commands/counters.hpp"
#include "app/commands/ops_client.hpp"
#include "app/serve/tls.hpp"
#include "app/stores.hpp"
#include "base/file.hpp"
#include "base/time_text.hpp"
#include "http/server.hpp"
#include "limits.hpp"
#include "store/sqlite/store.hpp"

namespace vc::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string_view word(Health health) {
  switch (health) {
    case Health::good: return "good";
    case Health::doubtful: return "doubtful";
    case Health::wrong: return "wrong";
  }
  std::unreachable();
}

template <class... Args>
Finding found(std::string_view check, Health health, fmt::format_string<Args...> format, Args&&... args) {
  return {check, health, fmt::format(format, std::forward<Args>(args)...)};
}

/// The ops listener of a server on this machine; empty: none runs where one is configured. Only a file tells by itself
/// who has it.
std::string server_beside(const Config& config) {
  if (std::holds_alternative<SqliteStoreUri>(config.store)) return "";
  const std::string ops = http::text(config.ops_listen);
  return ask_ops(ops, {"GET", "/livez", ""}) ? ops : "";
}

/// Of a server that has the store.
Finding ask_server(const std::string& ops) {
  const auto ready = ask_ops(ops, {"GET", "/readyz", ""});
  if (ready) return found("server", Health::good, "runs, and is ready; its ops listener is {}", ops);
  return found("server", Health::wrong, "the one at {} is not ready: {}; its log says why", ops, ready.error().message);
}

/// The store as a command or a start would open it; the newest visit in it.
Finding open_store_of(const Config& config, std::string& newest) {
  const auto* sqlite = std::get_if<SqliteStoreUri>(&config.store);
  std::error_code unknown;
  if (sqlite != nullptr && fs::status(sqlite->file, unknown).type() == fs::file_type::not_found) {
    return found("store", Health::good, "{} is not there yet; `serve` creates it", sqlite->file.string());
  }
  const SystemClock clock;
  auto store = open_counters(config, IfAbsent::refuse, clock);
  if (!store) return found("store", Health::wrong, "{}", store.error().message);
  if (std::holds_alternative<store::dynamodb::Address>(config.store)) {  // a list costs a read of the whole table
    return found("store", Health::good, "{} answers", text(config.store));
  }
  const auto entries = (*store)->list(config.counter_of(), clock.now());
  if (!entries) return found("store", Health::wrong, "{}", store_failed(entries.error()).error().message);
  for (const counter::Entry& entry : *entries) newest = std::max(newest, entry.record.last_updated);
  return found("store", Health::good, "{} is whole; it has {} counters", text(config.store), entries->size());
}

/// The directory of a file that may not be there yet: the nearest one that is.
fs::path nearest_directory(const fs::path& file) {
  std::error_code unknown;
  fs::path directory = fs::absolute(file, unknown).parent_path();
  while (!fs::exists(directory, unknown) && directory.has_relative_path()) directory = directory.parent_path();
  return directory;
}

Finding check_rights(const fs::path& file, const fs::path& directory) {
  if (::access(directory.c_str(), W_OK | X_OK) != 0) {
    return found("rights", Health::wrong, "user {} cannot write in {}; make it that user's, or choose another --store",
                 ::geteuid(), directory.string());
  }
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return found("rights", Health::good, "{} can be written", directory.string());
  if (::access(file.c_str(), R_OK | W_OK) != 0) {
    return found("rights", Health::wrong, "user {} cannot write {}, which is user {}'s; run as that one, or chown it",
                 ::geteuid(), file.string(), status.st_uid);
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return found("rights", Health::doubtful, "others may open {}; chmod 600 it", file.string());
  }
  return found("rights", Health::good, "{} is this user's alone", file.string());
}

Finding check_disk(const fs::path& directory) {
  struct statvfs status{};
  if (::statvfs(directory.c_str(), &status) != 0) {
    return found("disk", Health::wrong, "cannot look at {}: {}", directory.string(), errno_text());
  }
  const std::uint64_t free_bytes = std::uint64_t{status.f_bavail} * status.f_frsize;
  const bool full = free_bytes < limits::disk_free_bytes_min;
  return found("disk", full ? Health::wrong : Health::good, "{} MiB are free at {}{}", free_bytes >> 20U,
               directory.string(), full ? "; make space, or visits will not be counted" : "");
}

/// Without a server of our own, the addresses must be free.
Finding check_port(std::string_view setting, const http::Endpoint& address) {
  http::Loop loop;
  if (const auto listener = http::listen(loop, address); !listener) {
    return found("ports", Health::wrong, "{}; stop the program that has it, or choose another --{}",
                 listener.error().message, setting);
  }
  return found("ports", Health::good, "--{} {} is free", setting, http::text(address));
}

Finding check_certificate(const Config& config) {
  const auto opened = open_tls(config);
  if (!opened) return found("tls", Health::wrong, "{}", opened.error().message);
  return found("tls", Health::good, "{} can be served with its key", config.tls.certificate);
}

Finding check_clock(const std::string& newest) {
  const std::string now(view(rfc3339(SystemClock().now())));
  if (newest > now) {
    return found("clock", Health::doubtful, "it is {} here, and the last visit was at {}; set the clock", now, newest);
  }
  timex status{};
  const int state = ::adjtimex(&status);
  if (state == -1) return found("clock", Health::good, "it is {}", now);  // a sandbox does not let us ask
  if (state == TIME_ERROR) {
    return found("clock", Health::doubtful, "it is {}, and nothing keeps it right; install an NTP client", now);
  }
  return found("clock", Health::good, "it is {}, and synchronised", now);
}

}  // namespace

std::vector<Finding> examine(const Config& config) {
  std::vector<Finding> findings;
  std::string newest;
  const auto* sqlite = std::get_if<SqliteStoreUri>(&config.store);
  const auto owner = sqlite != nullptr ? store::SqliteStore::owner(sqlite->file) : std::nullopt;
  const std::string ops = owner ? owner->ops : server_beside(config);
  if (!ops.empty()) findings.push_back(ask_server(ops));
  if (std::holds_alternative<MemoryStoreUri>(config.store)) {
    findings.push_back(found("store", Health::doubtful, "memory: forgets everything when the server ends"));
  } else if (ops.empty()) {
    findings.push_back(open_store_of(config, newest));
  }
  if (sqlite != nullptr) {
    const fs::path directory = nearest_directory(sqlite->file);
    findings.push_back(check_rights(sqlite->file, directory));
    findings.push_back(check_disk(directory));
  }
  if (ops.empty()) {
    findings.push_back(check_port("listen", config.listen));
    if (config.preview_listen) findings.push_back(check_port("preview-listen", *config.preview_listen));
    findings.push_back(check_port("ops-listen", config.ops_listen));
  }
  if (config.has_tls()) findings.push_back(check_certificate(config));
  findings.push_back(check_clock(newest));
  return findings;
}

bool can_run(const std::vector<Finding>& findings) {
  return std::ranges::none_of(findings, [](const Finding& finding) { return finding.health == Health::wrong; });
}

std::string as_text(const std::vector<Finding>& findings) {
  std::string lines;
  for (const Finding& finding : findings) {
    lines += fmt::format("{:<8}  {:<8}  {}\n", word(finding.health), finding.check, finding.words);
  }
  return lines;
}

std::string as_json(const std::vector<Finding>& findings) {
  json::array all;
  for (const Finding& finding : findings) {
    all.push_back({{"check", finding.check}, {"health", word(finding.health)}, {"words", finding.words}});
  }
  return json::serialize(all) + "\n";
}

}  // namespace vc::app
