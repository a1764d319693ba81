// simulation: lets worlds happen, one a seed, and tells of the first that breaks a promise. As simulation_of_bugs, it
// shows that it finds what is planted.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "simulation/plan.hpp"
#include "simulation/shrink.hpp"
#include "simulation/world.hpp"

namespace vc::simulation {
namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;
constexpr std::size_t trace_lines_max = 60;

struct Arguments {
  std::uint64_t seeds = 100'000;
  std::uint64_t first = 1;
  std::optional<std::uint64_t> seed;
  std::string store;
  std::string bug;
};

constexpr std::array stores{std::pair(Store::disk, "disk"), std::pair(Store::table, "table")};

struct Failure {
  Plan plan;
  std::uint64_t worlds;
};

std::optional<Failure> find_failure(const Arguments& arguments, Store store, Bug bug) {
  for (std::uint64_t i = 0; i < arguments.seeds; ++i) {
    const Plan plan = derive(store, arguments.first + i, bug);
    if (!run(plan).violations.empty()) return Failure{.plan = plan, .worlds = i + 1};
  }
  return std::nullopt;
}

/// The world as it happens, made as small as it still fails.
int show(const Plan& plan) {
  const bool fails = !run(plan).violations.empty();
  const Plan shown = fails ? shrink(plan) : plan;
  const Report report = run(shown, Tracing::on);
  const std::size_t skipped = report.trace.size() - std::min(report.trace.size(), trace_lines_max);
  fmt::print("{}\n", text(shown));
  if (skipped > 0) fmt::print("   ... {} lines\n", skipped);
  for (std::size_t i = skipped; i < report.trace.size(); ++i) fmt::print("{}\n", report.trace[i]);
  for (const std::string& violation : report.violations) fmt::print("WRONG: {}\n", violation);
  return fails ? failed : 0;
}

int search(const Arguments& arguments, Store store, Bug bug) {
  const std::string_view name = stores.at(static_cast<std::size_t>(store)).second;
  const auto start = std::chrono::steady_clock::now();
  if (const auto failure = find_failure(arguments, store, bug)) {
    fmt::print("seed {} of --store {} fails, after {} worlds; shrunk:\n", failure->plan.seed, name, failure->worlds);
    return show(failure->plan);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("{}: {} worlds from seed {} on, none wrong, in {:.1f} s\n", name, arguments.seeds, arguments.first,
             took.count());
  return 0;
}

int find_all_bugs(const Arguments& arguments) {
  std::size_t found = 0;
  for (const NamedBug& planted : all_bugs) {
    if (const auto failure = find_failure(arguments, planted.store, planted.bug)) {
      fmt::print("caught: {} after {} worlds (seed {})\n", planted.name, failure->worlds, failure->plan.seed);
      ++found;
    } else {
      fmt::print("NOT CAUGHT: {} in {} worlds\n", planted.name, arguments.seeds);
    }
  }
  fmt::print("{} of {} planted bugs caught\n", found, all_bugs.size());
  return found == all_bugs.size() ? 0 : failed;
}

int work(const Arguments& arguments) {
  NamedBug planted{Bug::none, ""};
  for (const NamedBug& known : all_bugs) {
    if (known.name == arguments.bug) planted = known;
  }
  if (planted.bug == Bug::none && !arguments.bug.empty()) {
    fmt::print(stderr, "simulation: no bug is called '{}'\n", arguments.bug);
    return wrong_usage;
  }
  if (bugs_can_be_planted && planted.bug == Bug::none) return find_all_bugs(arguments);
  int code = 0;
  for (const auto& [store, name] : stores) {
    const bool wanted =
        planted.bug != Bug::none ? store == planted.store : arguments.store.empty() || arguments.store == name;
    if (!wanted) continue;
    const int result =
        arguments.seed ? show(derive(store, *arguments.seed, planted.bug)) : search(arguments, store, planted.bug);
    code = std::max(code, result);
  }
  return code;
}

}  // namespace
}  // namespace vc::simulation

int main(int argc, char** argv) {
  vc::simulation::Arguments arguments;
  CLI::App app("Simulates the counter in virtual time, with faults; everything is decided by a seed.");
  app.add_option("--seeds", arguments.seeds, "so many worlds")->capture_default_str();
  app.add_option("--first", arguments.first, "the first one's seed; the others follow")->capture_default_str();
  app.add_option("--seed", arguments.seed, "show this one world, shrunk if it fails");
  app.add_option("--store", arguments.store, "around this store alone")->check(CLI::IsMember({"disk", "table"}));
  if (vc::simulation::bugs_can_be_planted) app.add_option("--bug", arguments.bug, "only this one of the planted bugs");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : vc::simulation::wrong_usage;
  }
  return vc::simulation::work(arguments);
}
