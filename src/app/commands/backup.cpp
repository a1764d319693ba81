#include "app/commands/backup.hpp"

#include <boost/json.hpp>

#include "app/commands/ops_client.hpp"
#include "app/stores.hpp"
#include "base/file.hpp"
#include "ops/record_json.hpp"
#include "store/sqlite/backup.hpp"

namespace vc::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

Result<std::string> copy_of_store(const CounterPlace& place) {
  if (const std::string ops = ops_of_owner(place); !ops.empty()) return ask_ops(ops, {"GET", "/backup", ""});
  const SystemClock clock;
  auto store = open_counters(place.config, IfAbsent::refuse, clock);
  if (!store) return std::unexpected(store.error());
  auto copy = (*store)->copy();
  if (!copy) return store_failed(copy.error());
  if (!*copy) return fail("{}", ops::no_file);
  return std::move(**copy);
}

}  // namespace

Result<BackedUp> back_up(const CounterPlace& place, const fs::path& to) {
  std::error_code unknown;
  if (fs::exists(to, unknown)) return fail("{} is there already; a backup replaces nothing", to.string());
  const auto copy = copy_of_store(place);
  if (!copy) return std::unexpected(copy.error());
  if (auto written = write_new_file(to.string(), *copy); !written) return std::unexpected(written.error());
  return BackedUp{.file = to.string(), .bytes = copy->size()};
}

Result<Restored> restore(const Config& config, const fs::path& backup) {
  const auto* sqlite = std::get_if<SqliteStoreUri>(&config.store);
  if (sqlite == nullptr) return fail("the store is {}; only one in an SQLite file is restored", text(config.store));
  const auto kept = store::sqlite::restore(backup, sqlite->file, SystemClock().now());
  if (!kept) return std::unexpected(kept.error());
  return Restored{.file = sqlite->file.string(), .kept = kept->string()};
}

std::string as_text(const BackedUp& done) { return fmt::format("{}: {} bytes\n", done.file, done.bytes); }

std::string as_json(const BackedUp& done) {
  return json::serialize(json::object{{"file", done.file}, {"bytes", done.bytes}}) + "\n";
}

std::string as_text(const Restored& done) {
  if (done.kept.empty()) return fmt::format("{}: restored\n", done.file);
  return fmt::format("{}: restored; what was there before is {}\n", done.file, done.kept);
}

std::string as_json(const Restored& done) {
  const json::value kept = done.kept.empty() ? json::value() : json::value(done.kept);
  return json::serialize(json::object{{"file", done.file}, {"kept", kept}}) + "\n";
}

}  // namespace vc::app
