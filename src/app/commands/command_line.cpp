#include "app/commands/command_line.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <string>

#include "app/commands/commands.hpp"
#include "app/commands/history.hpp"
#include "app/config/config.hpp"

namespace vc::app {
namespace {

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
  CLI::App& version = add_command(app, arguments, "version", "Print the version.", run_version);
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
