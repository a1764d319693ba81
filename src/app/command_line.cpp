#include "app/command_line.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include "app/backup.hpp"
#include "app/config.hpp"
#include "app/counters.hpp"
#include "app/doctor.hpp"
#include "app/history.hpp"
#include "app/invoke.hpp"
#include "app/key.hpp"
#include "app/list.hpp"
#include "app/serve.hpp"
#include "app/tables.hpp"
#include "app/transfer.hpp"
#include "app/version.hpp"
#include "base/file.hpp"
#include "base/number.hpp"
#include "limits.hpp"
#include "ops/record_json.hpp"

namespace vc::app {
namespace {

enum Exit { done = 0, failed = 1, wrong_usage = 2 };

/// What the arguments say.
struct Arguments {
  std::map<std::string, std::string> settings;  // of those that were given
  std::string counter_id;
  std::string count;
  std::string expected;
  std::string event = "-";
  std::string key_name;
  std::string plan;
  std::string file = "-";
  Import wanted;
  std::string days;
  std::string hours;
  bool json = false;
  bool csv = false;
};

int complain(Exit exit, std::string_view message) {
  fmt::print(stderr, "visitor-counter: {}\n", message);
  return exit;
}

void add_settings(CLI::App& command, Arguments& arguments) {
  const auto add = [&](const std::string& name, std::string_view value_name, const std::string& fallback,
                       std::string_view help) {
    const auto keep = [&arguments, name](const std::string& value) { arguments.settings[name] = value; };
    command.add_option_function<std::string>("--" + name, keep, std::string(help))
        ->type_name(std::string(value_name))
        ->default_str(fallback);
  };
  for (const Setting& setting : settings()) {
    add(std::string(setting.name), setting.value_name, setting.fallback, setting.help);
  }
  add("config", "FILE", "", "a TOML file with settings; flags and the environment win over it");
}

/// Runs a command on the configuration that its settings give.
template <class Command>
int with_config(const Arguments& arguments, const char* const* environment, Command command) {
  const auto configuration = configure(arguments.settings, environment);
  if (!configuration) return complain(wrong_usage, configuration.error().message);
  const Result<std::string> output = command(configuration->choices, configuration->config);
  if (!output) return complain(failed, output.error().message);
  fmt::print("{}", *output);
  return done;
}

int run_serve(const Arguments& arguments, const char* const* environment) {
  const auto read = [&] { return configure(arguments.settings, environment); };
  const auto configuration = read();
  if (!configuration) return complain(wrong_usage, configuration.error().message);
  const auto served = serve(*configuration, read);
  return served ? done : complain(failed, served.error().message);
}

Result<std::string> shown(const Arguments& arguments, const Result<std::string>& record) {
  if (!record) return record;
  if (arguments.json) return *record + "\n";
  const auto count = ops::parse_visit_count(*record);
  if (!count) return fail("the server's answer is not a record: {}", count.error().message);
  return fmt::format("{}\n", *count);
}

/// An ops listener counts as named only on the command line: the configured one need not be running.
CounterPlace place_of(const Choices& choices, const Config& config) {
  const bool named = choices.at("ops-listen").source == "--ops-listen";
  return {.config = config, .ops = named ? std::optional(config.ops_listen) : std::nullopt};
}

int run_health(const Arguments& arguments, const char* const* environment) {
  return with_config(arguments, environment, [&](const Choices& choices, const Config& config) -> Result<std::string> {
    if (auto checked = check_health(place_of(choices, config)); !checked) return std::unexpected(checked.error());
    return arguments.json ? "{\"status\": \"ready\"}\n" : "ready\n";
  });
}

int print_version(const Arguments& arguments) {
  fmt::print("{}", arguments.json ? fmt::format("{{\"version\": \"{}\"}}\n", version) : fmt::format("{}\n", version));
  return done;
}

/// The counter that was named, nullopt if none was: the configured one is meant.
Result<std::optional<counter::CounterId>> named_counter(const Arguments& arguments) {
  if (arguments.counter_id.empty()) return std::nullopt;
  auto id = counter::CounterId::parse(arguments.counter_id);
  if (!id) return std::unexpected(id.error());
  return std::move(*id);
}

int run_get(const Arguments& arguments, const char* const* environment) {
  const auto named = named_counter(arguments);
  if (!named) return complain(wrong_usage, named.error().message);
  return with_config(arguments, environment, [&](const Choices& choices, const Config& config) {
    return shown(arguments, get_counter(place_of(choices, config), named->value_or(*config.counter_id)));
  });
}

Result<Lookback> parse_lookback(const Arguments& arguments) {
  constexpr std::uint64_t hours_max = std::chrono::hours(limits::hours_kept).count();
  Lookback back;
  if (!arguments.hours.empty()) back.unit = Unit::hour;
  const std::string& count = back.unit == Unit::hour ? arguments.hours : arguments.days;
  if (count.empty()) return back;
  const auto parsed = parse_number(count, 1, back.unit == Unit::hour ? hours_max : limits::history_days_max);
  if (!parsed) return fail("{}: {}", back.unit == Unit::hour ? "--hours" : "--days", parsed.error().message);
  back.count = static_cast<int>(*parsed);
  return back;
}

int run_history(const Arguments& arguments, const char* const* environment) {
  const auto named = named_counter(arguments);
  if (!named) return complain(wrong_usage, named.error().message);
  const auto back = parse_lookback(arguments);
  if (!back) return complain(wrong_usage, back.error().message);
  return with_config(arguments, environment, [&](const Choices& choices, const Config& config) -> Result<std::string> {
    const auto history = history_of(place_of(choices, config), named->value_or(*config.counter_id), *back);
    if (!history) return std::unexpected(history.error());
    if (arguments.json) return as_json(*history, back->unit);
    if (arguments.csv) return as_csv(*history, back->unit);
    return as_chart(*history, back->unit, output_columns());
  });
}

int run_set(const Arguments& arguments, const char* const* environment) {
  const auto id = counter::CounterId::parse(arguments.counter_id);
  if (!id) return complain(wrong_usage, id.error().message);
  const auto count = parse_number(arguments.count, 0, limits::count_max);
  if (!count) return complain(wrong_usage, count.error().message);
  ops::Correction correction{.count = *count, .expected = {}};
  if (!arguments.expected.empty()) {
    const auto expected = parse_number(arguments.expected, 0, limits::count_max);
    if (!expected) return complain(wrong_usage, "--expect: " + expected.error().message);
    correction.expected = *expected;
  }
  return with_config(arguments, environment, [&](const Choices& choices, const Config& config) {
    return shown(arguments, set_counter(place_of(choices, config), *id, correction));
  });
}

int run_list(const Arguments& arguments, const char* const* environment) {
  return with_config(arguments, environment, [&](const Choices& choices, const Config& config) -> Result<std::string> {
    const auto entries = list_counters(place_of(choices, config));
    if (!entries) return std::unexpected(entries.error());
    return arguments.json ? ops::to_json(*entries) + "\n" : as_table(*entries);
  });
}

template <class Done>
Result<std::string> told(const Arguments& arguments, const Result<Done>& done) {
  if (!done) return std::unexpected(done.error());
  return arguments.json ? as_json(*done) : as_text(*done);
}

int run_backup(const Arguments& arguments, const char* const* environment) {
  return with_config(arguments, environment, [&](const Choices& choices, const Config& config) {
    return told(arguments, back_up(place_of(choices, config), arguments.file));
  });
}

int run_restore(const Arguments& arguments, const char* const* environment) {
  return with_config(arguments, environment, [&](const Choices&, const Config& config) {
    return told(arguments, restore(config, arguments.file));
  });
}

// Its one error that is not the kernel's is a bad name.
int run_key(const Arguments& arguments) {
  const auto made = make_key(arguments.key_name, arguments.plan);
  if (!made) return complain(wrong_usage, made.error().message);
  fmt::print("{}", *made);
  fmt::print(stderr, "The first line is the key: it is shown this once. The rest goes into the configuration file.\n");
  return done;
}

int run_export(const Arguments& arguments, const char* const* environment) {
  return with_config(arguments, environment, [&](const Choices& choices, const Config& config) -> Result<std::string> {
    const auto entries = list_counters(place_of(choices, config));
    if (!entries) return std::unexpected(entries.error());
    return as_lines(*entries);
  });
}

int run_import(const Arguments& arguments, const char* const* environment) {
  return with_config(arguments, environment, [&](const Choices& choices, const Config& config) -> Result<std::string> {
    const auto lines = read_input(arguments.file, limits::import_bytes_max);
    if (!lines) return std::unexpected(lines.error());
    auto entries = parse_lines(*lines);
    if (!entries)
      return fail("{}: {}", arguments.file == "-" ? "standard input" : arguments.file, entries.error().message);
    Import wanted = arguments.wanted;
    wanted.entries = std::move(*entries);
    return told(arguments, import_counters(place_of(choices, config), wanted));
  });
}

/// Settings that cannot be are a finding too.
int run_doctor(const Arguments& arguments, const char* const* environment) {
  const auto choices = choose(arguments.settings, environment);
  const auto config = choices ? parse(*choices) : std::unexpected(choices.error());
  std::vector<Finding> findings;
  if (config) {
    findings = examine(*config);
    findings.insert(findings.begin(), {"settings", Health::good, "can be read; `config` prints them"});
  } else {
    findings.push_back({"settings", Health::wrong, config.error().message});
  }
  fmt::print("{}", arguments.json ? as_json(findings) : as_text(findings));
  return can_run(findings) ? done : failed;
}

int run_invoke(const Arguments& arguments, const char* const* environment) {
  std::string trouble;
  const int exit =
      with_config(arguments, environment, [&](const Choices& choices, const Config& config) -> Result<std::string> {
        const auto event = read_input(arguments.event, limits::invoke_payload_bytes_max);
        if (!event) return std::unexpected(event.error());
        auto invoked = invoke(place_of(choices, config), *event);
        if (!invoked) return std::unexpected(invoked.error());
        trouble = invoked->trouble;
        return invoked->answer + "\n";
      });
  return exit != done || trouble.empty() ? exit : complain(failed, trouble);
}

}  // namespace

int run(int argc, const char* const* argv, const char* const* environment) {
  Arguments arguments;
  CLI::App app("Counts visits to web pages: every visit atomically and durably.", "visitor-counter");
  app.require_subcommand(1);
  app.footer(
      "Each setting is also an environment variable, VISITOR_COUNTER_ and its name, and a key of the --config file.");

  CLI::App* serve = app.add_subcommand("serve", "Run the server. At SIGHUP it reads its configuration again.");
  CLI::App* invoke = app.add_subcommand("invoke", "Hand one event of API Gateway to the function, print its response.");
  CLI::App* get = app.add_subcommand("get", "Print a counter.");
  CLI::App* set = app.add_subcommand("set", "Set a counter.");
  CLI::App* list = app.add_subcommand("list", "Print every counter.");
  CLI::App* history = app.add_subcommand("history", "Print how many visits came when.");
  CLI::App* export_command = app.add_subcommand("export", "Print every counter, a JSON object a line.");
  CLI::App* import_command = app.add_subcommand("import", "Take over exported counters, all or none.");
  CLI::App* backup = app.add_subcommand("backup", "Write the store into a new SQLite file, while it counts.");
  CLI::App* restore = app.add_subcommand("restore", "Put a backup in the place of the store.");
  CLI::App* health = app.add_subcommand("health", "Ask the running server whether it is ready to count.");
  CLI::App* table = app.add_subcommand("table", "Make a DynamoDB table for counters, or check one.");
  table->require_subcommand(1);
  CLI::App* create_table = table->add_subcommand("create", "Make the table that --store names.");
  CLI::App* check_table = table->add_subcommand("check", "Look whether counters can live in the table.");
  CLI::App* key = app.add_subcommand("key", "Make an API key.");
  key->require_subcommand(1);
  CLI::App* create_key = key->add_subcommand("create", "Print a new key, and its lines of the configuration file.");
  create_key->add_option("NAME", arguments.key_name, "whose key it is; may be logged")->required();
  create_key->add_option("--plan", arguments.plan, "its usage plan")->type_name("NAME")->required();
  CLI::App* config =
      app.add_subcommand("config", "Print the effective configuration, and where each value comes from.");
  CLI::App* doctor = app.add_subcommand("doctor", "Look what is wrong with this set-up, and say what to do.");
  CLI::App* version_command = app.add_subcommand("version", "Print the version.");
  for (CLI::App* command : {serve, invoke, get, set, list, history, export_command, import_command, backup, restore,
                            health, create_table, check_table, config, doctor})
    add_settings(*command, arguments);

  invoke->add_option("--event", arguments.event, "the event, JSON; - is standard input")
      ->type_name("FILE")
      ->capture_default_str();
  get->add_option("ID", arguments.counter_id, "the counter; default: the configured --counter-id");
  set->add_option("ID", arguments.counter_id, "the counter")->required();
  set->add_option("COUNT", arguments.count, "its new count")->required();
  set->add_option("--expect", arguments.expected, "set it only if it stands at N now; an absent counter stands at 0")
      ->type_name("N");
  for (CLI::App* command : {get, set}) command->add_flag("--json", arguments.json, "print the whole record");
  history->add_option("ID", arguments.counter_id, "the counter; default: the configured --counter-id");
  CLI::Option* days = history->add_option("--days", arguments.days, "so many days, the one that goes on included");
  days->type_name("N")->default_str(std::to_string(Lookback{}.count));
  CLI::Option* hours =
      history->add_option("--hours", arguments.hours,
                          fmt::format("so many hours instead; they are kept for {} days", limits::hours_kept.count()));
  hours->type_name("N")->excludes(days);
  CLI::Option* json = history->add_flag("--json", arguments.json, "print an array of objects");
  history->add_flag("--csv", arguments.csv, "print comma-separated values")->excludes(json);
  backup->add_option("FILE", arguments.file, "the new file")->required();
  restore->add_option("FILE", arguments.file, "the backup; it stays as it is")->required();
  import_command->add_option("FILE", arguments.file, "JSON lines; - is standard input")->capture_default_str();
  import_command->add_flag_callback(
      "--dry-run", [&] { arguments.wanted.run = Run::dry; }, "only look whether it could be done");
  import_command->add_flag_callback(
      "--replace", [&] { arguments.wanted.if_there = counter::IfThere::replace; }, "overwrite counters that are there");
  for (CLI::App* command : {import_command, backup, restore, health, config, version_command})
    command->add_flag("--json", arguments.json, "print a JSON object");
  doctor->add_flag("--json", arguments.json, "print the findings, a JSON array");
  list->add_flag("--json", arguments.json, "print the records, a JSON array");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    return complain(wrong_usage, fmt::format("{}; see visitor-counter --help", error.what()));
  }

  if (version_command->parsed()) return print_version(arguments);
  if (doctor->parsed()) return run_doctor(arguments, environment);
  if (key->parsed()) return run_key(arguments);
  if (invoke->parsed()) return run_invoke(arguments, environment);
  if (get->parsed()) return run_get(arguments, environment);
  if (list->parsed()) return run_list(arguments, environment);
  if (history->parsed()) return run_history(arguments, environment);
  if (export_command->parsed()) return run_export(arguments, environment);
  if (import_command->parsed()) return run_import(arguments, environment);
  if (backup->parsed()) return run_backup(arguments, environment);
  if (restore->parsed()) return run_restore(arguments, environment);
  if (health->parsed()) return run_health(arguments, environment);
  if (set->parsed()) return run_set(arguments, environment);
  if (table->parsed()) {
    const auto asked = create_table->parsed() ? TableCommand::create : TableCommand::check;
    return with_config(arguments, environment,
                       [&](const Choices&, const Config& effective) { return run_table(asked, effective); });
  }
  if (serve->parsed()) return run_serve(arguments, environment);
  return with_config(arguments, environment, [&](const Choices& choices, const Config&) -> Result<std::string> {
    return arguments.json ? to_json(choices) : to_toml(choices);
  });
}

}  // namespace vc::app
