// The commands `backup` and `restore`, of stores in an SQLite file.
#pragma once

#include <filesystem>
#include <string>

#include "app/commands/counters.hpp"

namespace vc::app {

struct BackedUp {
  std::string file;
  std::size_t bytes = 0;
};

/// Writes the store as it is now into a new file, whole or not at all, while the server that has it goes on counting.
/// Errors: the file is there already, the store is in no file, no answer.
Result<BackedUp> back_up(const CounterPlace& place, const std::filesystem::path& to);

struct Restored {
  std::string file;
  std::string kept;  // what was there before; empty: nothing
};

/// Puts a backup in the place of the store. Errors: a server has it, it is no sound backup.
Result<Restored> restore(const Config& config, const std::filesystem::path& backup);

/// For people, and for programs.
std::string as_text(const BackedUp& done);
std::string as_json(const BackedUp& done);
std::string as_text(const Restored& done);
std::string as_json(const Restored& done);

}  // namespace vc::app
