// A configuration from its three sources: file, environment, flags.
//
// Input: a TOML file; if a line `===` follows it, lines of `--flag=value` or `VARIABLE=value`. Beliefs: it is refused
// with one line, or it is a configuration that `visitor-counter config` prints so that it reads back the same.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "app/config/config.hpp"
#include "fuzz/fuzzing.hpp"
#include "fuzz/memory_file.hpp"

namespace vc::fuzz {
namespace {

struct Sources {
  std::string_view toml;
  std::map<std::string, std::string> flags;
  std::vector<std::string> environment;
};

Sources split(std::string_view input) {
  constexpr std::string_view divider = "\n===\n";
  const auto end = input.find(divider);
  Sources sources{.toml = input.substr(0, end), .flags = {}, .environment = {}};
  std::string_view rest = end == std::string_view::npos ? "" : input.substr(end + divider.size());
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto equals = line.find('=');
    if (line.starts_with("--") && equals != std::string_view::npos) {
      sources.flags.emplace(line.substr(2, equals - 2), line.substr(equals + 1));
    } else if (!line.starts_with("VISITOR_COUNTER_CONFIG=")) {  // no other file than ours
      sources.environment.emplace_back(line);
    }
  }
  return sources;
}

std::vector<const char*> pointers(const std::vector<std::string>& environment) {
  std::vector<const char*> variables;
  variables.reserve(environment.size() + 1);
  for (const std::string& variable : environment) variables.push_back(variable.c_str());
  variables.push_back(nullptr);
  return variables;
}

/// TOML is UTF-8, and a path may have any byte.
bool is_ascii(const app::Choices& choices) {
  return std::ranges::all_of(choices, [](const auto& choice) {
    return std::ranges::all_of(choice.second.value, [](unsigned char byte) { return byte < 0x80; });
  });
}

void check_prints_back(const MemoryFile& file, const app::Choices& choices) {
  file.write(app::to_toml(choices));
  const char* const nothing = nullptr;
  const auto again = app::choose({{"config", file.path()}}, &nothing);
  check(again.has_value(), "what is printed can be read");
  for (const auto& [name, given] : choices) {
    check(again->at(name).value == given.value, "what is printed is the same configuration");
  }
  check(app::parse(*again).has_value(), "what is printed is as good as what was given");
}

}  // namespace
}  // namespace vc::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vc;
  static const fuzz::MemoryFile file;
  auto sources = fuzz::split(fuzz::text_of(data, size));
  file.write(sources.toml);
  sources.flags["config"] = file.path();
  const auto choices = app::choose(sources.flags, fuzz::pointers(sources.environment).data());
  if (!choices) {
    check(fuzz::is_one_line(choices.error().message), "a configuration is refused with one line");
    return 0;
  }
  const auto config = app::parse(*choices);
  if (config && fuzz::is_ascii(*choices)) {
    fuzz::check_prints_back(file, *choices);
  } else if (!config) {
    check(fuzz::is_one_line(config.error().message), "a setting is refused with one line");
  }
  return 0;
}
