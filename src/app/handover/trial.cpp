#include "app/handover/trial.hpp"

#include <array>

#include "base/file.hpp"
#include "release/channel.hpp"
#include "store/sqlite/store.hpp"

namespace vc::app {
namespace {

namespace fs = std::filesystem;

using counter::Count;
using counter::Counter;
using store::SqliteStore;

Result<void> expect(SqliteStore& trial, const Counter& counter, Count count, WallTime now) {
  const auto record = trial.read(counter, now);
  if (!record) return fail("a copy of the store cannot be read: {}", record.error().detail);
  const Count found = *record ? (*record)->visit_count : 0;
  if (found != count) return fail("a copy of the store has {} visits, not {}", found, count);
  return {};
}

Result<std::unique_ptr<SqliteStore>> open(const fs::path& store_file) {
  return SqliteStore::open(trial_file(store_file), SqliteStore::IfAbsent::refuse);
}

}  // namespace

fs::path trial_file(const fs::path& store_file) { return release::control_directory(store_file) / "trial.db"; }

void clear_trial(const fs::path& store_file) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", ".lock"}) fs::remove(trial_file(store_file).string() + suffix, ignored);
}

Result<void> lay_out_trial(const fs::path& store_file, std::string_view copy) {
  clear_trial(store_file);
  return write_new_file(trial_file(store_file).string(), copy);
}

Result<void> stand_trial(const fs::path& store_file, const Counter& counter, Count count, WallTime now) {
  auto trial = open(store_file);
  if (!trial) return std::unexpected(trial.error());
  if (auto found = expect(**trial, counter, count, now); !found) return found;
  std::array additions = {counter::Addition{.counter = &counter, .visits = 1}};
  (*trial)->add(additions, now);
  if (additions[0].outcome != counter::Outcome::counted) {
    return fail("a copy of the store cannot be counted on: {}", additions[0].error.detail);
  }
  return expect(**trial, counter, count + 1, now);
}

Result<void> read_trial(const fs::path& store_file, const Counter& counter, Count count, WallTime now) {
  auto trial = open(store_file);
  if (!trial) return fail("what the new release writes, this one cannot read: {}", trial.error().message);
  return expect(**trial, counter, count + 1, now);
}

}  // namespace vc::app
