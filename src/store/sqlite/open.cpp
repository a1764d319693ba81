// Opening a store: whose file it is, what a crash left in it, and whether it is whole.

#include <fstream>
#include <initializer_list>

#include "base/file.hpp"
#include "store/sqlite/files.hpp"
#include "store/sqlite/log_check.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/store.hpp"

namespace vc::store {

namespace fs = std::filesystem;

using sqlite::Database;
using sqlite::Failure;
using sqlite::OwnerLock;

namespace {

/// One line for the operator: what is wrong with this file, and what to do.
std::unexpected<Error> unusable(const fs::path& file, std::string_view what) {
  return fail("cannot use {} as a store: {}", file.string(), what);
}

std::string damaged(std::string_view how) { return fmt::format("it is damaged ({}); restore a backup", how); }

std::string advice(const Failure& failure) {
  switch (failure.primary()) {
    case SQLITE_NOTADB: return "it is not an SQLite database, or damaged; restore a backup, or choose another --store";
    case SQLITE_CORRUPT: return damaged(failure.message);
    case SQLITE_BUSY: return "another program has it open; close that one first";
    case SQLITE_FULL: return "the disk is full; make space";
    default: return fmt::format("{} (SQLite {})", failure.message, failure.code);
  }
}

sqlite::SqlResult<void> execute_all(Database& database, std::initializer_list<const char*> statements) {
  for (const char* sql : statements) {
    if (auto done = database.execute(sql); !done) return done;
  }
  return {};
}

/// Nothing if the file is a whole store of ours, else what is wrong with it. Writes nothing.
sqlite::SqlResult<std::string> find_fault(Database& database) {
  const auto id = database.integer("PRAGMA application_id");
  if (!id) return std::unexpected(id.error());
  if (*id != sqlite::application_id) return "it belongs to another program; choose another --store";

  const auto version = database.integer("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*version != sqlite::schema_version && *version != sqlite::schema_version_before) {
    return fmt::format("its schema version is {}, this program knows {} and {}; use the version that made it", *version,
                       sqlite::schema_version_before, sqlite::schema_version);
  }

  const auto journal = database.text("PRAGMA journal_mode");
  if (!journal) return std::unexpected(journal.error());
  if (*journal != "wal") return "its journal mode was changed; set it back with PRAGMA journal_mode=WAL";

  // What we made, word for word, and nothing else: no index, trigger or view would change what a statement does.
  const auto schema =
      database.text("SELECT group_concat(ifnull(sql, 'none'), ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)");
  if (!schema) return std::unexpected(schema.error());
  if (*schema != sqlite::schema_texts(static_cast<int>(*version))) {
    return "its tables are not as this program made them; restore a backup";
  }

  const auto health = database.text("PRAGMA quick_check(1)");
  if (!health) return std::unexpected(health.error());
  if (*health != "ok") return damaged(sqlite::one_line(*health));

  const auto broken_seals = database.integer(
      "SELECT (SELECT count(*) FROM counters WHERE seal IS NOT content) + "
      "(SELECT count(*) FROM visits_per_hour WHERE seal IS NOT content)");
  if (!broken_seals) return std::unexpected(broken_seals.error());
  if (*broken_seals != 0) return damaged(fmt::format("{} records are not as they were written", *broken_seals));
  return "";
}

/// Makes the connection ready to count.
sqlite::SqlResult<void> configure(Database& database) {
  int keep = 1;  // the log is created once: what a lost directory entry could take away is then never needed
  sqlite3_file_control(database.handle(), nullptr, SQLITE_FCNTL_PERSIST_WAL, &keep);
  return execute_all(database,
                     {"PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=0", "PRAGMA wal_checkpoint(TRUNCATE)"});
}

// What cannot be looked at is there: opening it will say why. A new file in its place would take the old one away.
bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::status(file, ignored).type() != fs::file_type::not_found;
}

// What cannot be looked at counts as empty; opening it will say why.
bool holds_nothing(const fs::path& file) {
  std::error_code unknown;
  return fs::file_size(file, unknown) == 0 || unknown;
}

// SQLite takes the log of an empty file for a leftover and deletes it, with the visits in it.
Result<void> provide_file(const fs::path& file) {
  if (is_there(file) && holds_nothing(file) && !holds_nothing(sqlite::log_of(file))) {
    return unusable(file, "it is empty, but its write-ahead log is not; put the file back, or restore a backup");
  }
  if (is_there(file)) return {};
  if (is_there(sqlite::log_of(file))) {
    return unusable(file, "it is gone, but its write-ahead log is still there; put the file back, or restore a backup");
  }
  return sqlite::create_store_file(file);
}

// Of a file that asks for none SQLite uses the log all the same, and forgets it once it is empty.
// Format: https://sqlite.org/fileformat2.html#the_database_header, "read version"
bool asks_for_log(const fs::path& file) {
  constexpr int read_version_at = 19;
  constexpr int with_log = 2;
  std::ifstream header(file, std::ios::binary);
  header.seekg(read_version_at);
  return header.get() == with_log;
}

Result<void> recover_from_disk(const fs::path& file) {
  for (const fs::path& each : {file, sqlite::log_of(file)}) {
    if (!is_there(each)) continue;
    if (auto done = sqlite::forget_cached_pages(each); !done) return done;
  }
  if (!is_there(sqlite::log_of(file))) return {};
  const Result<std::string> log = read_file(sqlite::log_of(file).string());
  if (!log) return std::unexpected(log.error());
  if (sqlite::is_damaged_log(*log)) return unusable(file, damaged("visits are missing from its write-ahead log"));
  if (!log->empty() && !asks_for_log(file)) return unusable(file, damaged("it does not know its write-ahead log"));
  return {};
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const fs::path& given, IfAbsent if_absent) {
  return open(given, if_absent, FileDescriptor());
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const fs::path& given, IfAbsent if_absent,
                                                       FileDescriptor inherited) {
  std::error_code error;
  const fs::path file = fs::weakly_canonical(fs::absolute(given, error), error);
  if (error) return unusable(given, error.message());
  const bool nothing_there = !is_there(file) && !is_there(sqlite::log_of(file));
  if (if_absent == IfAbsent::refuse && nothing_there) return unusable(file, "it does not exist; `serve` creates it");
  fs::create_directories(file.parent_path(), error);
  if (error) return unusable(file, fmt::format("its directory cannot be created: {}", error.message()));

  Result<OwnerLock> lock = inherited ? OwnerLock::inherit(file, std::move(inherited)) : OwnerLock::take(file);
  if (!lock) return std::unexpected(lock.error());
  if (auto provided = provide_file(file); !provided) return std::unexpected(provided.error());
  if (auto recovered = recover_from_disk(file); !recovered) return std::unexpected(recovered.error());

  sqlite::FileWatch files;
  if (auto watched = files.add(file); !watched) return std::unexpected(watched.error());
  sqlite::SqlResult<Database> database = Database::open(file.string());
  if (!database) return unusable(file, advice(database.error()));
  // Exclusive before the first access: no shared memory file, and no second connection, ever.
  if (auto done = execute_all(
          *database, {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON"});
      !done) {
    return unusable(file, advice(done.error()));
  }
  const auto fault = find_fault(*database);
  if (!fault) return unusable(file, advice(fault.error()));
  if (!fault->empty()) return unusable(file, *fault);
  if (auto done = configure(*database); !done) return unusable(file, advice(done.error()));
  if (auto watched = files.add(sqlite::log_of(file)); !watched) return std::unexpected(watched.error());
  if (auto synced = sqlite::sync_directory(file.parent_path()); !synced) return std::unexpected(synced.error());

  const auto schema = database->integer("PRAGMA user_version");
  if (!schema) return unusable(file, advice(schema.error()));
  auto statements = prepare(*database);
  if (!statements) return unusable(file, advice(statements.error()));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*lock), std::move(files), std::move(*database),
                                                      std::move(*statements), static_cast<int>(*schema)));
}

FileDescriptor SqliteStore::close(std::unique_ptr<SqliteStore> store) {
  OwnerLock lock = std::move(store->lock_);
  store.reset();
  return std::move(lock).give();
}

std::optional<sqlite::Owner> SqliteStore::owner(const fs::path& file) {
  std::error_code error;
  return OwnerLock::owner(fs::weakly_canonical(fs::absolute(file, error), error));
}

}  // namespace vc::store
