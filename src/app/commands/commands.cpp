#include "app/commands/commands.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include "app/commands/backup.hpp"
#include "app/commands/counters.hpp"
#include "app/commands/doctor.hpp"
#include "app/commands/history.hpp"
#include "app/commands/invoke.hpp"
#include "app/commands/key.hpp"
#include "app/commands/list.hpp"
#include "app/commands/releases.hpp"
#include "app/commands/tables.hpp"
#include "app/config/config.hpp"
#include "app/serve/serve.hpp"
#include "app/version.hpp"
#include "base/file.hpp"
#include "base/number.hpp"
#include "ops/record_json.hpp"

namespace vc::app {
namespace {

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

/// The counter that was named, nullopt if none was: the configured one is meant.
Result<std::optional<counter::CounterId>> named_counter(const Arguments& arguments) {
  if (arguments.counter_id.empty()) return std::nullopt;
  auto id = counter::CounterId::parse(arguments.counter_id);
  if (!id) return std::unexpected(id.error());
  return std::move(*id);
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

template <class Done>
Result<std::string> told(const Arguments& arguments, const Result<Done>& done) {
  if (!done) return std::unexpected(done.error());
  return arguments.json ? as_json(*done) : as_text(*done);
}

int run_table(const Arguments& arguments, const char* const* environment, TableCommand command) {
  return with_config(arguments, environment, [&](const Choices&, const Config& config) -> Result<std::string> {
    auto lines = app::run_table(command, config);
    return lines && arguments.json ? lines_as_json(*lines) : lines;
  });
}

/// Whether whoever sits there says yes.
bool confirmed(const std::string& question) {
  fmt::print(stderr, "{}", question);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

int complain(Exit exit, std::string_view message) {
  fmt::print(stderr, "visitor-counter: {}\n", message);
  return exit;
}

int run_serve(const Arguments& arguments, const char* const* environment) {
  const auto read = [&] { return configure(arguments.settings, environment); };
  const auto configuration = read();
  if (!configuration) return complain(wrong_usage, configuration.error().message);
  const auto served = serve(*configuration, read);
  return served ? done : complain(failed, served.error().message);
}

int run_health(const Arguments& arguments, const char* const* environment) {
  return with_config(arguments, environment, [&](const Choices& choices, const Config& config) -> Result<std::string> {
    if (auto checked = check_health(place_of(choices, config)); !checked) return std::unexpected(checked.error());
    return arguments.json ? "{\"status\": \"ready\"}\n" : "ready\n";
  });
}

int run_version(const Arguments& arguments, const char* const* /*environment*/) {
  fmt::print("{}", arguments.json ? fmt::format("{{\"version\": \"{}\"}}\n", version) : fmt::format("{}\n", version));
  return done;
}

int run_get(const Arguments& arguments, const char* const* environment) {
  const auto named = named_counter(arguments);
  if (!named) return complain(wrong_usage, named.error().message);
  return with_config(arguments, environment, [&](const Choices& choices, const Config& config) {
    return shown(arguments, get_counter(place_of(choices, config), named->value_or(*config.counter_id)));
  });
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

}  // namespace vc::app
