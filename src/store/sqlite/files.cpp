#include "store/sqlite/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/schema.hpp"

namespace vc::store::sqlite {
namespace {

namespace fs = std::filesystem;

SqlResult<void> write_schema(const std::string& path) {
  SqlResult<Database> database = Database::open(path);
  if (!database) return std::unexpected(database.error());
  // In rollback mode all of it is in the one file when it is committed; the last step makes it a database with a log.
  const std::string sql = fmt::format(
      "BEGIN; {}; {}; {}; PRAGMA application_id={}; PRAGMA user_version={}; COMMIT; PRAGMA journal_mode=WAL",
      counters_table, visits_per_hour_table, unfolded_hours_index, application_id, schema_version);
  return database->execute(sql.c_str());
}

Result<void> sync(const std::string& path, int flags) {
  const FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file) return fail("cannot open {}: {}", path, errno_text());
  if (::fsync(file.get()) != 0) return fail("cannot make {} durable: {}", path, errno_text());
  ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
  return {};
}

}  // namespace

Result<void> create_store_file(const fs::path& file) {
  const std::string draft = file.string() + ".new";
  std::error_code ignored;
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    fs::remove(draft + suffix, ignored);  // left by a start that was cut off
  }
  if (!FileDescriptor(::open(draft.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR))) {
    return fail("cannot create {}: {}", draft, errno_text());
  }
  if (auto written = write_schema(draft); !written) return fail("cannot write {}: {}", draft, written.error().message);
  if (auto synced = sync(draft, O_RDWR); !synced) return synced;
  if (::rename(draft.c_str(), file.c_str()) != 0) return fail("cannot create {}: {}", file.string(), errno_text());
  return sync_directory(file.parent_path());
}

Result<void> forget_cached_pages(const fs::path& file) { return sync(file.string(), O_RDWR); }

Result<void> sync_directory(const fs::path& directory) { return sync(directory.string(), O_RDONLY | O_DIRECTORY); }

}  // namespace vc::store::sqlite
