// Every choice an operator has, parsed once and constant from then on.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "counter/full_store.hpp"
#include "function/cors.hpp"
#include "function/function.hpp"
#include "gateway/gateway.hpp"
#include "gateway/rules.hpp"
#include "http/endpoint.hpp"
#include "http/tls.hpp"
#include "store/dynamodb/address.hpp"
#include "telemetry/log_line.hpp"

namespace vc::app {

enum class LogStyle { automatic, text, json };
/// Whether the line of a request has its client's address.
enum class LogClients { no, yes };

struct MemoryStoreUri {};
struct SqliteStoreUri {
  std::filesystem::path file;
};
using StoreUri = std::variant<MemoryStoreUri, SqliteStoreUri, store::dynamodb::Address>;

struct Config {
  http::Endpoint listen;
  std::optional<http::Endpoint> preview_listen;
  http::Endpoint ops_listen;
  http::TlsFiles tls;  // of the public listeners; empty: plain HTTP
  StoreUri store;
  std::string stage;
  std::string colour;  // of this process, beside another one of the same store
  gateway::BasePaths base_paths;
  function::Cors allowed_origins;
  std::optional<counter::CounterId> counter_id;  // always there once parsed
  std::chrono::days counter_ttl{};
  std::string production_domain;  // of events; empty: all are production
  int threads = 1;
  std::size_t connections_max = 0;
  std::size_t queued_visits_max = 0;
  std::chrono::seconds header_timeout{};
  std::chrono::seconds idle_timeout{};
  LogStyle log_format{};
  telemetry::LogLevel log_level{};
  LogClients log_clients{};
  gateway::Rules rules;

  bool has_tls() const { return !tls.certificate.empty(); }

  /// The counter with this id, and how long its record is kept: preview counters for limits::preview_ttl.
  counter::Counter counter(const counter::CounterId& id) const;
  counter::CounterOf counter_of() const {
    return [this](const counter::CounterId& id) { return counter(id); };
  }
  counter::Counter production_counter() const { return counter(*counter_id); }
  counter::Counter preview_counter() const;
  function::Function function() const;
  /// As the deployment on AWS calls it.
  std::string function_name() const;
};

/// When a change of a setting is taken over: some while the server runs, at SIGHUP.
enum class TakenOver { at_start, at_reload };

/// One choice. It is the flag `--NAME`, the variable VISITOR_COUNTER_NAME (upper case, _ for -) and the key NAME of the
/// TOML file.
struct Setting {
  std::string_view name;
  std::string_view plain_variable;  // a second name in the environment; may be empty
  std::string_view value_name;      // as --help shows it
  std::string fallback;
  std::string_view help;
  Result<void> (*apply)(Config& config, const std::string& value);
  TakenOver taken_over = TakenOver::at_start;
};

const std::vector<Setting>& settings();

/// What each setting was given, and by whom; the effective configuration.
struct Given {
  std::string value;
  std::string source;  // "--listen", "VISITOR_COUNTER_LISTEN", "visitor-counter.toml", "default"
};
using Choices = std::map<std::string, Given, std::less<>>;

/// Of the file's tables, beside the settings; their value is TOML.
inline constexpr const char* tables_choice = "tables";

/// Looks each setting up: the flags, then the environment, then the file, then the default.
/// Errors: a file that cannot be read, or has an unknown key.
Result<Choices> choose(const std::map<std::string, std::string>& flags, const char* const* environment);

/// Errors: a value that does not parse; the message names the setting, and where the value came from.
Result<Config> parse(const Choices& choices);

/// The effective configuration, with where each choice came from.
struct Configuration {
  Choices choices;
  Config config;
};

/// Both of the above.
Result<Configuration> configure(const std::map<std::string, std::string>& flags, const char* const* environment);

/// As a TOML file that gives the same configuration.
std::string to_toml(const Choices& choices);

/// `{"listen": {"value": "127.0.0.1:8080", "source": "default"}, …}`; at last `tables`, whose value is an object.
std::string to_json(const Choices& choices);

}  // namespace vc::app
