#include "app/config/config.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <ranges>
#include <sstream>
#include <vector>

#include "app/config/defaults.hpp"
#include "app/config/plans.hpp"
#include "app/config/toml.hpp"
#include "app/version.hpp"
#include "base/environment.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "limits.hpp"

namespace vc::app {
namespace {

namespace fs = std::filesystem;

Result<StoreUri> parse_store(const std::string& text) {
  constexpr std::string_view sqlite = "sqlite:";
  if (text == "memory:") return MemoryStoreUri{};
  if (text.starts_with(sqlite) && text.size() > sqlite.size()) return SqliteStoreUri{text.substr(sqlite.size())};
  if (text.starts_with("dynamodb:")) return store::dynamodb::parse_address(text);
  return fail("'{}' is no store; write sqlite:PATH, dynamodb://TABLE, or memory: for a trial", text);
}

/// Puts a parsed value where it belongs.
template <class T, class U>
Result<void> assign(T& to, Result<U> parsed) {
  if (!parsed) return std::unexpected(parsed.error());
  to = T(std::move(*parsed));
  return {};
}

template <class T>
Result<void> assign_number(T& to, std::string_view value, std::uint64_t min, std::uint64_t max) {
  return assign(to, parse_number(value, min, max));
}

template <class T, std::size_t N>
Result<void> assign_choice(T& to, std::string_view value,
                           const std::array<std::pair<std::string_view, T>, N>& choices) {
  const auto found = std::ranges::find(choices, value, [](const auto& choice) { return choice.first; });
  if (found == choices.end()) {
    std::string names;
    for (const auto& choice : choices) names.append(names.empty() ? "" : ", ").append(choice.first);
    return fail("'{}' is none of {}", value, names);
  }
  to = found->second;
  return {};
}

Result<void> assign_stage(std::string& to, const std::string& value) {
  if (!gateway::is_stage(value)) return fail("'{}' is no stage: use A-Z a-z 0-9 _ -", value);
  to = value;
  return {};
}

using MaybeThrottle = std::optional<gateway::Throttle>;

Result<void> assign_rate(MaybeThrottle& to, const std::string& value) {
  if (value == "off") return {};
  const auto rate = parse_rate(value);
  if (!rate) return std::unexpected(rate.error());
  to = throttle_of(*rate);
  return {};
}

/// Behind the rate.
Result<void> assign_burst(MaybeThrottle& to, const std::string& value) {
  if (value.empty()) return {};
  if (!to) return fail("a burst needs a rate");
  return assign_number(to->burst, value, 0, limits::throttle_max);
}

Result<void> assign_proxies(std::vector<IpNetwork>& to, const std::string& value) {
  for (const auto part : std::views::split(value, ',')) {
    if (value.empty()) break;
    const auto network = IpNetwork::parse(trimmed(std::string_view(part.begin(), part.end())));
    if (!network) return std::unexpected(network.error());
    to.push_back(*network);
  }
  return {};
}

Result<void> assign_retry_after(gateway::RetryAfter& to, const std::string& value) {
  return assign_choice(to, value,
                       std::to_array<std::pair<std::string_view, gateway::RetryAfter>>(
                           {{"off", gateway::RetryAfter::hidden}, {"on", gateway::RetryAfter::told}}));
}

Result<void> assign_ops(http::Endpoint& to, const std::string& value) {
  auto endpoint = http::parse_endpoint(value);
  if (endpoint && !endpoint->address().is_loopback()) {
    return fail("'{}' is not a loopback address, and whoever reaches this listener can change counts", value);
  }
  return assign(to, std::move(endpoint));
}

using telemetry::LogLevel;

Result<void> assign_log_format(LogStyle& to, const std::string& value) {
  return assign_choice(to, value,
                       std::to_array<std::pair<std::string_view, LogStyle>>(
                           {{"auto", LogStyle::automatic}, {"text", LogStyle::text}, {"json", LogStyle::json}}));
}

Result<void> assign_log_level(LogLevel& to, const std::string& value) {
  return assign_choice(to, lower_case(value),
                       std::to_array<std::pair<std::string_view, LogLevel>>({{"debug", LogLevel::debug},
                                                                             {"info", LogLevel::info},
                                                                             {"warn", LogLevel::warn},
                                                                             {"error", LogLevel::error}}));
}

Result<void> assign_log_clients(LogClients& to, const std::string& value) {
  return assign_choice(
      to, value,
      std::to_array<std::pair<std::string_view, LogClients>>({{"off", LogClients::no}, {"on", LogClients::yes}}));
}

// An empty default is worked out in `choose`.
std::vector<Setting> make_settings() {
  return {
      {"listen", "", "ADDRESS:PORT", "127.0.0.1:8080", "where visitors are served; port 0 is any free one",
       [](Config& c, const std::string& v) { return assign(c.listen, http::parse_endpoint(v)); }},
      {"preview-listen", "", "ADDRESS:PORT", "off", "the same for tests: counts on COUNTER_ID.preview.STAGE",
       [](Config& c, const std::string& v) {
         return v == "off" ? Result<void>{} : assign(c.preview_listen, http::parse_endpoint(v));
       }},
      {"tls-cert", "", "FILE", "", "serves HTTPS: the certificate and those that lead to its issuer, PEM",
       [](Config& c, const std::string& v) { return assign(c.tls.certificate, Result<std::string>(v)); },
       TakenOver::at_reload},
      {"tls-key", "", "FILE", "", "the key of the certificate, PEM",
       [](Config& c, const std::string& v) { return assign(c.tls.key, Result<std::string>(v)); }, TakenOver::at_reload},
      {"ops-listen", "", "ADDRESS:PORT", "127.0.0.1:8081", "for the operator and the other commands; loopback only",
       [](Config& c, const std::string& v) { return assign_ops(c.ops_listen, v); }},
      {"store", "", "URI", "", "sqlite:PATH, dynamodb://TABLE?region=NAME&endpoint=URL, or memory: for a trial",
       [](Config& c, const std::string& v) { return assign(c.store, parse_store(v)); }},
      {"stage", "STAGE", "NAME", default_stage, "the name of this deployment",
       [](Config& c, const std::string& v) { return assign_stage(c.stage, v); }},
      {"colour", "", "NAME", "", "what this process is called beside another one of its store; otherwise as its stage",
       [](Config& c, const std::string& v) { return assign_stage(c.colour, v); }},
      {"base-paths", "", "LIST", "", "path prefixes that lead to this stage; (none) is the bare path",
       [](Config& c, const std::string& v) { return assign(c.base_paths, gateway::BasePaths::parse(v)); }},
      {"allowed-origins", "ALLOWED_ORIGINS", "LIST", default_origins,
       "origins whose pages may read the answers; the first is the primary",
       [](Config& c, const std::string& v) { return assign(c.allowed_origins, function::Cors::parse(v)); }},
      {"counter-id", "COUNTER_ID", "ID", default_counter_id, "the counter that visits count on",
       [](Config& c, const std::string& v) { return assign(c.counter_id, counter::CounterId::parse(v)); }},
      {"counter-ttl-days", "COUNTER_TTL_DAYS", "DAYS", "0", "forget a counter so long after its last visit; 0: never",
       [](Config& c, const std::string& v) {
         return assign_number(c.counter_ttl, v, 0, static_cast<std::uint64_t>(limits::ttl_max.count()));
       }},
      {"production-domain", "PRODUCTION_DOMAIN", "NAME", "",
       "of events, those that came through this domain count on COUNTER_ID, others on its preview; empty: all do",
       [](Config& c, const std::string& v) { return assign(c.production_domain, Result<std::string>(v)); }},
      {"threads", "", "N", "1", "I/O threads",
       [](Config& c, const std::string& v) { return assign_number(c.threads, v, 1, limits::threads_max); }},
      {"connections-max", "", "N", std::to_string(limits::connections_max),
       "connections of each listener; one more takes the place of the longest idle one, or is answered 429",
       [](Config& c, const std::string& v) { return assign_number(c.connections_max, v, 1, limits::configured_max); }},
      {"queued-visits-max", "", "N", std::to_string(limits::queued_visits_max),
       "visits waiting for the store; one more is answered 500, not-counted",
       [](Config& c, const std::string& v) {
         return assign_number(c.queued_visits_max, v, 1, limits::configured_max);
       }},
      {"header-timeout", "", "SECONDS", std::to_string(limits::header_deadline.count()),
       "for a request's line and headers to arrive",
       [](Config& c, const std::string& v) {
         return assign_number(c.header_timeout, v, 1, limits::timeout_seconds_max);
       }},
      {"idle-timeout", "", "SECONDS", std::to_string(limits::idle_deadline.count()),
       "for the next request on a connection",
       [](Config& c, const std::string& v) {
         return assign_number(c.idle_timeout, v, 1, limits::timeout_seconds_max);
       }},
      {"rate", "", "N", "off", "requests a second of all visitors together, such as 100 or 0.5; more are answered 429",
       [](Config& c, const std::string& v) { return assign_rate(c.rules.throttle, v); }, TakenOver::at_reload},
      {"burst", "", "N", "", "requests at once before the rate holds; default: those of a second",
       [](Config& c, const std::string& v) { return assign_burst(c.rules.throttle, v); }, TakenOver::at_reload},
      {"client-rate", "", "N", "off", "the same for each client, by its address",
       [](Config& c, const std::string& v) { return assign_rate(c.rules.client_throttle, v); }, TakenOver::at_reload},
      {"client-burst", "", "N", "", "the same for each client",
       [](Config& c, const std::string& v) { return assign_burst(c.rules.client_throttle, v); }, TakenOver::at_reload},
      {"trusted-proxy", "", "LIST", "", "addresses or networks whose X-Forwarded-For says who the client is",
       [](Config& c, const std::string& v) { return assign_proxies(c.rules.trusted_proxies, v); },
       TakenOver::at_reload},
      {"retry-after", "", "CHOICE", "off", "on: an answer 429 says when to come again",
       [](Config& c, const std::string& v) { return assign_retry_after(c.rules.retry_after, v); },
       TakenOver::at_reload},
      {"log-format", "", "FORMAT", "auto", "text, json, or auto: text on a terminal, else json",
       [](Config& c, const std::string& v) { return assign_log_format(c.log_format, v); }},
      {"log-level", "LOG_LEVEL", "LEVEL", "info", "debug, info (a line per request), warn or error",
       [](Config& c, const std::string& v) { return assign_log_level(c.log_level, v); }},
      {"log-client-address", "", "CHOICE", "off", "on: the line of a request has its client's address",
       [](Config& c, const std::string& v) { return assign_log_clients(c.log_clients, v); }},
  };
}

std::string variable_of(std::string_view setting) {
  std::string variable = "VISITOR_COUNTER_";
  for (const char c : setting) {
    variable.push_back(c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  }
  return variable;
}

/// Where programs keep their state: systemd's directory, else the XDG base directory.
std::string default_store(const Environment& environment) {
  const std::string_view under_systemd = variable(environment, "STATE_DIRECTORY");
  const std::string_view xdg = variable(environment, "XDG_STATE_HOME");
  const std::string_view home = variable(environment, "HOME");
  if (under_systemd.empty() && xdg.empty() && home.empty()) return "";
  fs::path directory = fs::path(home) / ".local/state/visitor-counter";
  if (!xdg.empty()) directory = fs::path(xdg) / "visitor-counter";
  if (!under_systemd.empty()) directory = under_systemd;
  return "sqlite:" + (directory / "visits.db").string();
}

Result<std::string> text_of(const toml::node& node, std::string_view key) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  std::string list;
  if (const auto* array = node.as_array()) {
    for (const toml::node& item : *array) {
      const auto* text = item.as_string();
      if (text == nullptr) return fail("{}: a list of strings is expected", key);
      list.append(list.empty() ? "" : ",").append(text->get());
    }
    return list;
  }
  return fail("{}: a string, a number or a list of strings is expected", key);
}

Result<std::map<std::string, std::string>> read_toml(const std::string& path) {
  toml::parse_result parsed = toml::parse_file(path);
  if (!parsed) {
    return fail("{}:{}: {}", path, parsed.error().source().begin.line, parsed.error().description());
  }
  std::map<std::string, std::string> values;
  toml::table tables;
  for (const auto& [key, node] : parsed.table()) {
    if (is_plan_table(key.str())) {
      tables.insert(key, node);
      continue;
    }
    if (std::ranges::find(settings(), key.str(), &Setting::name) == settings().end()) {
      return fail("{}: there is no setting '{}'; see visitor-counter serve --help", path, key.str());
    }
    auto value = text_of(node, key.str());
    if (!value) return fail("{}: {}", path, value.error().message);
    values.emplace(key.str(), std::move(*value));
  }
  if (!tables.empty()) {
    std::ostringstream text;
    text << toml::toml_formatter(tables, toml::format_flags::none);
    values.emplace(tables_choice, text.str());
  }
  return values;
}

/// Whether TOML would read these digits as the number they are.
bool is_number(std::string_view text) {
  const bool digits = !text.empty() && std::ranges::all_of(text, is_digit);
  return digits && (text.size() == 1 || text.front() != '0');
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = make_settings();
  return all;
}

Result<Choices> choose(const std::map<std::string, std::string>& flags, const char* const* variables) {
  const Environment environment = read_environment(variables);
  Choices choices;
  const auto offer = [&](std::string_view setting, const auto& from, std::string_view key, std::string_view source) {
    const auto found = from.find(std::string(key));
    if (key.empty() || found == from.end() || choices.contains(setting)) return;
    choices.emplace(setting, Given{found->second, std::string(source)});
  };

  std::map<std::string, std::string> file;
  offer("config", flags, "config", "--config");
  offer("config", environment, variable_of("config"), variable_of("config"));
  const std::string path = choices.contains("config") ? choices.at("config").value : "";
  choices.clear();
  if (!path.empty()) {
    auto read = read_toml(path);
    if (!read) return std::unexpected(read.error());
    file = std::move(*read);
  }

  for (const Setting& setting : settings()) {
    offer(setting.name, flags, setting.name, fmt::format("--{}", setting.name));
    offer(setting.name, environment, variable_of(setting.name), variable_of(setting.name));
    offer(setting.name, environment, setting.plain_variable, setting.plain_variable);
    offer(setting.name, file, setting.name, path);
    choices.try_emplace(std::string(setting.name), Given{std::string(setting.fallback), "default"});
  }
  offer(tables_choice, file, tables_choice, path);
  choices.try_emplace(std::string(tables_choice), Given{"", "default"});
  if (choices.at("store").value.empty()) choices.at("store").value = default_store(environment);
  if (choices.at("colour").value.empty()) choices.at("colour").value = choices.at("stage").value;
  if (choices.at("base-paths").value.empty()) choices.at("base-paths").value = "(none)," + choices.at("stage").value;
  return choices;
}

Result<Config> parse(const Choices& choices) {
  Config config;
  for (const Setting& setting : settings()) {
    const Given& given = choices.find(setting.name)->second;
    if (const auto applied = setting.apply(config, given.value); !applied) {
      return fail("{} (from {}): {}", setting.name, given.source, applied.error().message);
    }
  }
  config.rules.stage = config.stage;
  const Given& tables = choices.find(tables_choice)->second;
  if (const auto added = add_plans(config.rules, tables.value); !added) {
    return fail("{}: {}", tables.source, added.error().message);
  }
  if (!counter::preview_of(*config.counter_id, config.stage)) return fail("counter-id and stage are too long together");
  if (config.tls.certificate.empty() != config.tls.key.empty()) return fail("tls-cert and tls-key need each other");
  return config;
}

Result<Configuration> configure(const std::map<std::string, std::string>& flags, const char* const* variables) {
  auto choices = choose(flags, variables);
  if (!choices) return std::unexpected(choices.error());
  auto config = parse(*choices);
  if (!config) return std::unexpected(config.error());
  return Configuration{std::move(*choices), std::move(*config)};
}

std::string to_toml(const Choices& choices) {
  std::string text;
  for (const Setting& setting : settings()) {
    const Given& given = choices.find(setting.name)->second;
    std::ostringstream value;
    value << toml::value<std::string>(given.value);
    fmt::format_to(std::back_inserter(text), "{} = {}  # {}\n", setting.name,
                   is_number(given.value) ? given.value : value.str(), given.source);
  }
  const Given& tables = choices.find(tables_choice)->second;
  if (!tables.value.empty()) text += fmt::format("\n# {}\n{}\n", tables.source, tables.value);
  return text;
}

namespace {

/// Requires: TOML that was read before.
boost::json::value json_of(const std::string& toml_text) {
  const toml::parse_result parsed = toml::parse(toml_text);
  std::ostringstream text;
  text << toml::json_formatter(parsed.table());
  return boost::json::parse(text.str());
}

}  // namespace

std::string to_json(const Choices& choices) {
  boost::json::object all;
  for (const Setting& setting : settings()) {
    const Given& given = choices.find(setting.name)->second;
    all[setting.name] = {{"value", given.value}, {"source", given.source}};
  }
  const Given& tables = choices.find(tables_choice)->second;
  all[tables_choice] = {{"value", json_of(tables.value)}, {"source", tables.source}};
  return boost::json::serialize(all) + "\n";
}

counter::Counter Config::counter(const counter::CounterId& id) const {
  const bool preview = id == preview_counter().id;
  return {id, preview ? limits::preview_ttl : counter_ttl};
}

function::Function Config::function() const {
  return function::Function({.counter = production_counter(),
                             .preview_counter = preview_counter(),
                             .cors = allowed_origins,
                             .version = std::string(version)});
}

std::string Config::function_name() const { return fmt::format("resume-{}-visitor-counter", stage); }

counter::Counter Config::preview_counter() const {
  return {*counter::preview_of(*counter_id, stage), limits::preview_ttl};
}

}  // namespace vc::app
