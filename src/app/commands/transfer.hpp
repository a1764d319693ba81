// The commands `export` and `import`: counters as JSON lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/commands/counters.hpp"
#include "counter/full_store.hpp"

namespace vc::app {

/// A record a line.
std::string as_lines(const std::vector<counter::Entry>& entries);

/// The records of these lines; empty lines are passed over. Errors: a line that is no record, a counter twice; the
/// message has the line's number.
Result<std::vector<counter::Entry>> parse_lines(std::string_view lines);

enum class Run { real, dry };

struct Import {
  std::vector<counter::Entry> entries;
  counter::IfThere if_there = counter::IfThere::refuse;
  Run run = Run::real;
};

struct Imported {
  std::size_t counters = 0;
  std::size_t replaced = 0;
  Run run = Run::real;
};

/// Takes over all counters or none; a dry run looks whether it could. Errors: one of them is there already, unless it
/// is to be replaced; the store is a table; no answer.
Result<Imported> import_counters(const CounterPlace& place, const Import& wanted);

/// For people, and for programs.
std::string as_text(const Imported& done);
std::string as_json(const Imported& done);

}  // namespace vc::app
