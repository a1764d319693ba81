#include "store/sqlite/backup.hpp"

#include <unistd.h>

#include "base/file.hpp"
#include "base/time_text.hpp"
#include "store/sqlite/files.hpp"
#include "store/sqlite/owner_lock.hpp"
#include "store/sqlite/store.hpp"

namespace vc::store::sqlite {
namespace {

namespace fs = std::filesystem;

struct Free {
  void operator()(unsigned char* bytes) const { sqlite3_free(bytes); }
};

Result<void> rename_file(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  return fail("cannot rename {} to {}: {}", from.string(), to.string(), errno_text());
}

void remove_with_log(const fs::path& file) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-journal", ".lock"}) fs::remove(file.string() + suffix, ignored);
}

bool holds_something(const fs::path& file) {
  std::error_code absent;
  const auto size = fs::file_size(file, absent);
  return !absent && size != 0;
}

/// `visits.db.before-2026-11-26T09:30:00Z`; with a number behind it where that is taken.
fs::path name_to_keep(const fs::path& file, WallTime now) {
  const std::string first = fmt::format("{}.before-{}", file.string(), view(rfc3339(now)));
  fs::path name = first;
  for (int i = 2; fs::exists(name) || fs::exists(log_of(name)); ++i) name = fmt::format("{}-{}", first, i);
  return name;
}

/// Copies the backup beside the store's file, and opens it there as a store: it is whole, and has an empty log.
Result<void> provide_draft(const fs::path& backup, const fs::path& draft) {
  if (holds_something(log_of(backup))) {
    return fail("{} is no backup: its write-ahead log is beside it; `backup` makes one of a store", backup.string());
  }
  const Result<std::string> bytes = read_file(backup.string());
  if (!bytes) return std::unexpected(bytes.error());
  remove_with_log(draft);  // left by a restore that was cut off
  if (auto written = write_new_file(draft.string(), *bytes); !written) return written;
  if (const auto store = SqliteStore::open(draft, SqliteStore::IfAbsent::refuse); !store) {
    return fail("{} is not restored: {}", backup.string(), store.error().message);
  }
  return {};
}

/// The log is never missing beside the old file, and never beside another file than its own.
Result<fs::path> replace(const fs::path& file, const fs::path& draft, const fs::path& kept) {
  const bool was_there = fs::exists(file);
  if (fs::exists(log_of(file)) && ::link(log_of(file).c_str(), log_of(kept).c_str()) != 0) {
    return fail("cannot keep {}: {}", log_of(file).string(), errno_text());
  }
  if (was_there) {
    if (auto renamed = rename_file(file, kept); !renamed) return std::unexpected(renamed.error());
  }
  if (auto renamed = rename_file(log_of(draft), log_of(file)); !renamed) return std::unexpected(renamed.error());
  if (auto renamed = rename_file(draft, file); !renamed) return std::unexpected(renamed.error());
  if (auto synced = sync_directory(file.parent_path()); !synced) return std::unexpected(synced.error());
  return was_there ? kept : fs::path();
}

}  // namespace

SqlResult<std::string> copy_of(Database& database) {
  SqlResult<Database> copy = Database::open(":memory:");
  if (!copy) return std::unexpected(copy.error());
  sqlite3_backup* backup = sqlite3_backup_init(copy->handle(), "main", database.handle(), "main");
  if (backup != nullptr) sqlite3_backup_step(backup, -1);
  if (const int code = backup != nullptr ? sqlite3_backup_finish(backup) : SQLITE_ERROR; code != SQLITE_OK) {
    return std::unexpected(Failure{code, one_line(sqlite3_errmsg(copy->handle()))});
  }
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, Free> bytes(sqlite3_serialize(copy->handle(), "main", &size, 0));
  if (bytes == nullptr) return std::unexpected(Failure{SQLITE_NOMEM, "there is no memory for the copy"});
  return std::string(reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size));
}

Result<fs::path> restore(const fs::path& backup, const fs::path& given, WallTime now) {
  std::error_code error;
  const fs::path file = fs::weakly_canonical(fs::absolute(given, error), error);
  if (error) return fail("cannot use {} as a store: {}", given.string(), error.message());
  if (fs::equivalent(backup, file, error)) return fail("{} is the store itself", backup.string());
  fs::create_directories(file.parent_path(), error);
  const Result<OwnerLock> lock = OwnerLock::take(file);
  if (!lock) return std::unexpected(lock.error());

  const fs::path draft = file.string() + ".restored";
  Result<fs::path> kept;
  if (auto provided = provide_draft(backup, draft); !provided) {
    kept = std::unexpected(provided.error());
  } else {
    kept = replace(file, draft, name_to_keep(file, now));
  }
  remove_with_log(draft);
  return kept;
}

}  // namespace vc::store::sqlite
