// check_history --before N --after N [FILE|-]: exit code 0, or 1 and a line for each violation, or 2 for wrong usage.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "support/history.hpp"

namespace {

constexpr int wrong_usage = 2;

struct Arguments {
  vc::history::Stored stored;
  std::string file = "-";
};

vc::Result<std::vector<vc::history::Entry>> read(const std::string& name) {
  if (name == "-") return vc::history::parse(std::cin);
  std::ifstream file(name);
  if (!file) return vc::fail("cannot open {}", name);
  return vc::history::parse(file);
}

int check(const Arguments& arguments) {
  const auto history = read(arguments.file);
  if (!history) {
    fmt::print(stderr, "check_history: {}\n", history.error().message);
    return wrong_usage;
  }
  const auto violations = vc::history::violations(*history, arguments.stored);
  for (const std::string& violation : violations) fmt::print("{}\n", violation);
  return violations.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Holds what clients saw of their visits against the stored count before and after.");
  app.add_option("--before", arguments.stored.before, "the stored count before the first visit")->required();
  app.add_option("--after", arguments.stored.after, "the stored count after the last visit")->required();
  app.add_option("FILE", arguments.file, "the history; - is the standard input")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_usage;
  }
  return check(arguments);
}
