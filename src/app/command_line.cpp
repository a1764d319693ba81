#include "app/command_line.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <iostream>
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
#include "app/releases.hpp"
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

struct Arguments;
using RunCommand = int (*)(const Arguments& arguments, const char* const* environment);

/// What the arguments say.
struct Arguments {
  RunCommand run = nullptr;                     // of the command that was named
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
  std::string stage;
  std::string watch = std::to_string(limits::watch_seconds);
  bool yes = false;
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

int print_version(const Arguments& arguments, const char* const* /*environment*/) {
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
int run_key(const Arguments& arguments, const char* const* /*environment*/) {
  const auto made = make_key(arguments.key_name, arguments.plan);
  if (!made) return complain(wrong_usage, made.error().message);
  fmt::print("{}", arguments.json ? as_json(*made) : as_text(*made));
  if (arguments.json) return done;
  fmt::print(stderr, "The first line is the key: it is shown this once. The rest goes into the configuration file.\n");
  return done;
}

int run_table(const Arguments& arguments, const char* const* environment, TableCommand command) {
  return with_config(arguments, environment, [&](const Choices&, const Config& config) -> Result<std::string> {
    auto lines = app::run_table(command, config);
    return lines && arguments.json ? lines_as_json(*lines) : lines;
  });
}

int run_table_create(const Arguments& arguments, const char* const* environment) {
  return run_table(arguments, environment, TableCommand::create);
}

int run_table_check(const Arguments& arguments, const char* const* environment) {
  return run_table(arguments, environment, TableCommand::check);
}

int run_config(const Arguments& arguments, const char* const* environment) {
  return with_config(arguments, environment, [&](const Choices& choices, const Config&) -> Result<std::string> {
    return arguments.json ? to_json(choices) : to_toml(choices);
  });
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

/// Whether whoever sits there says yes.
bool confirmed(const std::string& question) {
  fmt::print(stderr, "{}", question);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int run_hand_over(const Arguments& arguments, const char* const* environment) {
  const auto watch = parse_number(arguments.watch, 0, limits::watch_seconds_max);
  if (!watch) return complain(wrong_usage, fmt::format("--watch: {}", watch.error().message));
  return with_config(arguments, environment, [&](const Choices&, const Config& config) -> Result<std::string> {
    const auto status = release_status(config);
    if (!status) return std::unexpected(status.error());
    const auto question = hand_over_question(*status);
    if (!question) return std::unexpected(question.error());
    if (!arguments.yes && !confirmed(*question)) return fail("nothing was handed over");
    const auto done = hand_over(config, {.stage = arguments.stage, .watch = std::chrono::seconds(*watch)});
    if (!done || !arguments.json) return done;
    const auto now = release_status(config);
    return now ? Result<std::string>(*now + "\n") : now;
  });
}

int run_status(const Arguments& arguments, const char* const* environment) {
  return with_config(arguments, environment, [&](const Choices&, const Config& config) -> Result<std::string> {
    const auto status = release_status(config);
    if (!status) return std::unexpected(status.error());
    return arguments.json ? *status + "\n" : as_text(*status);
  });
}

constexpr const char* exit_codes = "Exit code: 0 done, 1 failed, 2 wrong usage.";

/// Requires: `arguments` outlives the command.
CLI::App& add_command(CLI::App& parent, Arguments& arguments, const char* name, const char* help, RunCommand run) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->footer(exit_codes);
  command->callback([&arguments, run] { arguments.run = run; });
  return *command;
}

CLI::App& add_configured(CLI::App& parent, Arguments& arguments, const char* name, const char* help, RunCommand run) {
  CLI::App& command = add_command(parent, arguments, name, help, run);
  add_settings(command, arguments);
  return command;
}

CLI::Option* add_json(CLI::App& command, Arguments& arguments, const char* help) {
  return command.add_flag("--json", arguments.json, help);
}

void add_serving(CLI::App& app, Arguments& arguments) {
  add_configured(app, arguments, "serve", "Run the server. At SIGHUP it reads its configuration again.", run_serve);
  CLI::App& health =
      add_configured(app, arguments, "health", "Ask the running server whether it is ready to count.", run_health);
  add_json(health, arguments, "print a JSON object");
  CLI::App& invoke = add_configured(app, arguments, "invoke",
                                    "Hand one event of API Gateway to the function, print its response.", run_invoke);
  invoke.add_option("--event", arguments.event, "the event, JSON; - is standard input")
      ->type_name("FILE")
      ->capture_default_str();
}

void add_counting(CLI::App& app, Arguments& arguments) {
  CLI::App& get = add_configured(app, arguments, "get", "Print a counter.", run_get);
  get.add_option("ID", arguments.counter_id, "the counter; default: the configured --counter-id");
  add_json(get, arguments, "print the whole record");
  CLI::App& set = add_configured(app, arguments, "set", "Set a counter.", run_set);
  set.add_option("ID", arguments.counter_id, "the counter")->required();
  set.add_option("COUNT", arguments.count, "its new count")->required();
  set.add_option("--expect", arguments.expected, "set it only if it stands at N now; an absent counter stands at 0")
      ->type_name("N");
  add_json(set, arguments, "print the whole record");
  CLI::App& list = add_configured(app, arguments, "list", "Print every counter.", run_list);
  add_json(list, arguments, "print the records, a JSON array");
}

void add_history(CLI::App& app, Arguments& arguments) {
  CLI::App& history = add_configured(app, arguments, "history", "Print how many visits came when.", run_history);
  history.add_option("ID", arguments.counter_id, "the counter; default: the configured --counter-id");
  CLI::Option* days = history.add_option("--days", arguments.days, "so many days, the one that goes on included");
  days->type_name("N")->default_str(std::to_string(Lookback{}.count));
  history
      .add_option("--hours", arguments.hours,
                  fmt::format("so many hours instead; they are kept for {} days", limits::hours_kept.count()))
      ->type_name("N")
      ->excludes(days);
  CLI::Option* json = add_json(history, arguments, "print an array of objects");
  history.add_flag("--csv", arguments.csv, "print comma-separated values")->excludes(json);
}

void add_transfer(CLI::App& app, Arguments& arguments) {
  add_configured(app, arguments, "export", "Print every counter, a JSON object a line.", run_export);
  CLI::App& import = add_configured(app, arguments, "import", "Take over exported counters, all or none.", run_import);
  import.add_option("FILE", arguments.file, "JSON lines; - is standard input")->capture_default_str();
  import.add_flag_callback("--dry-run", [&] { arguments.wanted.run = Run::dry; }, "only look whether it could be done");
  import.add_flag_callback(
      "--replace", [&] { arguments.wanted.if_there = counter::IfThere::replace; }, "overwrite counters that are there");
  add_json(import, arguments, "print a JSON object");
}

void add_backup(CLI::App& app, Arguments& arguments) {
  CLI::App& backup =
      add_configured(app, arguments, "backup", "Write the store into a new SQLite file, while it counts.", run_backup);
  backup.add_option("FILE", arguments.file, "the new file")->required();
  add_json(backup, arguments, "print a JSON object");
  CLI::App& restore = add_configured(app, arguments, "restore", "Put a backup in the place of the store.", run_restore);
  restore.add_option("FILE", arguments.file, "the backup; it stays as it is")->required();
  add_json(restore, arguments, "print a JSON object");
}

void add_releases(CLI::App& app, Arguments& arguments) {
  CLI::App& promote = add_configured(app, arguments, "promote", "Hand the store over to the standby.", run_hand_over);
  promote.add_option("STAGE", arguments.stage, "the stage of the standby")->required();
  CLI::App& rollback =
      add_configured(app, arguments, "rollback", "Hand the store back to the one that had it before.", run_hand_over);
  for (CLI::App* command : {&promote, &rollback}) {
    command->add_flag("--yes", arguments.yes, "do not ask");
    command->add_option("--watch", arguments.watch, "if the new owner fails within so long, the old one takes back")
        ->type_name("SECONDS")
        ->capture_default_str();
    add_json(*command, arguments, "print a JSON object, that of status");
  }
  CLI::App& status =
      add_configured(app, arguments, "status", "Print who serves, who stands by, and the count.", run_status);
  add_json(status, arguments, "print a JSON object");
}

void add_table(CLI::App& app, Arguments& arguments) {
  constexpr const char* json_help = "print what was done or found, a JSON array";
  CLI::App* table = app.add_subcommand("table", "Make a DynamoDB table for counters, or check one.");
  table->require_subcommand(1);
  add_json(add_configured(*table, arguments, "create", "Make the table that --store names.", run_table_create),
           arguments, json_help);
  add_json(add_configured(*table, arguments, "check", "Look whether counters can live in the table.", run_table_check),
           arguments, json_help);
}

void add_key(CLI::App& app, Arguments& arguments) {
  CLI::App* key = app.add_subcommand("key", "Make an API key.");
  key->require_subcommand(1);
  CLI::App& create =
      add_command(*key, arguments, "create", "Print a new key, and its lines of the configuration file.", run_key);
  create.add_option("NAME", arguments.key_name, "whose key it is; may be logged")->required();
  create.add_option("--plan", arguments.plan, "its usage plan")->type_name("NAME")->required();
  add_json(create, arguments, "print a JSON object");
}

void add_examination(CLI::App& app, Arguments& arguments) {
  CLI::App& config = add_configured(app, arguments, "config",
                                    "Print the effective configuration, and where each value comes from.", run_config);
  add_json(config, arguments, "print a JSON object");
  CLI::App& doctor =
      add_configured(app, arguments, "doctor", "Look what is wrong with this set-up, and say what to do.", run_doctor);
  add_json(doctor, arguments, "print the findings, a JSON array");
  CLI::App& version = add_command(app, arguments, "version", "Print the version.", print_version);
  add_json(version, arguments, "print a JSON object");
}

}  // namespace

int run(int argc, const char* const* argv, const char* const* environment) {
  Arguments arguments;
  CLI::App app("Counts visits to web pages: every visit atomically and durably.", "visitor-counter");
  app.require_subcommand(1);
  app.footer(
      fmt::format("Each setting is also an environment variable, VISITOR_COUNTER_ and its name, and a key of the "
                  "--config file.\n{}",
                  exit_codes));
  for (const auto add : {add_serving, add_counting, add_history, add_transfer, add_backup, add_releases, add_table,
                         add_key, add_examination}) {
    add(app, arguments);
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    return complain(wrong_usage, fmt::format("{}; see visitor-counter --help", error.what()));
  }
  return arguments.run(arguments, environment);
}

}  // namespace vc::app
