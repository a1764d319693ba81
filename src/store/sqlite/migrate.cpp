// A file of an earlier schema becomes one of the newest.

#include "store/sqlite/schema.hpp"
#include "store/sqlite/store.hpp"

namespace vc::store {

counter::StoreResult<void> SqliteStore::migrate() {
  checkpoint_if_due();
  if (broken_) return std::unexpected(*broken_);
  if (schema_ == sqlite::schema_version) return {};
  // It sorts in memory: a service may have no other directory than that of its store.
  const std::string sql = fmt::format("PRAGMA temp_store=MEMORY; BEGIN IMMEDIATE; {}; PRAGMA user_version={}; COMMIT",
                                      sqlite::unfolded_hours_index, sqlite::schema_version);
  if (const auto written = database_.execute(sql.c_str()); !written) {
    const counter::StoreError error = judge(written.error());
    if (!broken_) (void)database_.execute("ROLLBACK");  // where SQLite has not taken it back by itself
    return std::unexpected(error);
  }
  check_files();
  if (broken_) return std::unexpected(*broken_);
  schema_ = sqlite::schema_version;
  return {};
}

}  // namespace vc::store
