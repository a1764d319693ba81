// Counters in one SQLite file: durable when `add` returns, one transaction and one fdatasync a batch.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "counter/full_store.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/file_watch.hpp"
#include "store/sqlite/owner_lock.hpp"

namespace vc::store {

/// Owns the file for as long as it lives. Thread: one at a time.
///
/// Disk full: rolled back, `not_counted`; counts again when there is space. Any other I/O error or corruption:
/// `unknown` if it happened at the commit, and `broken`: the process should end, and the next start recovers from the
/// disk. Likewise when the file or its log was renamed, deleted or replaced: a batch is acknowledged only if both were
/// in their places after its commit.
class SqliteStore final : public counter::FullStore {
 public:
  enum class IfAbsent { create, refuse };

  /// Opens the file, recovering what a crash left. Errors, each one line that says what to do: owned by another
  /// process, not ours, damaged, made by a newer version, absent, no permission, no space.
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& file, IfAbsent if_absent);

  /// The same under a lock that another process has given away. Without one the file's own is taken.
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& file, IfAbsent if_absent,
                                                   FileDescriptor lock);

  /// Closes it, and gives the lock of its file, which nobody can take until it is closed.
  static FileDescriptor close(std::unique_ptr<SqliteStore> store);

  /// Who has the file open now, if anybody.
  static std::optional<sqlite::Owner> owner(const std::filesystem::path& file);

  ~SqliteStore() override;

  void add(std::span<counter::Addition> batch, WallTime now) override;
  counter::StoreResult<std::optional<counter::Record>> read(const counter::Counter& counter, WallTime now) override;
  counter::StoreResult<counter::Record> set(const counter::Counter& counter, counter::Count count,
                                            WallTime now) override;
  counter::StoreResult<counter::History> history(const counter::Counter& counter, counter::HourRange hours) override;
  counter::StoreResult<std::vector<counter::Entry>> list(const counter::CounterOf& counter_of, WallTime now) override;
  counter::StoreResult<Result<counter::Record, counter::Count>> set_if(const counter::Counter& counter,
                                                                       counter::Count expected, counter::Count count,
                                                                       WallTime now) override;
  counter::StoreResult<std::optional<counter::CounterId>> take_over(std::span<const counter::Entry> entries,
                                                                    counter::IfThere if_there,
                                                                    const counter::CounterOf& counter_of,
                                                                    WallTime now) override;
  /// Cost: visits wait meanwhile; limits::copy_bytes_max bounds it.
  counter::StoreResult<std::optional<std::string>> copy() override;
  const counter::StoreError* broken() const override { return broken_ ? &*broken_ : nullptr; }

  /// Of the file. Thread: as all else, since `migrate` changes it.
  int schema() const { return schema_; }

  /// Brings the file to the newest schema in one transaction: after a crash at any moment it has the one or the other.
  /// Errors: `broken`, or it is as it was, for want of space. Cost: visits wait; of 1,142,500 hours 0.7 s and 75 MB of
  /// memory.
  counter::StoreResult<void> migrate();

  /// Tells other processes where this one's ops listener is.
  Result<void> announce_ops(std::string_view address) { return lock_.announce_ops(address); }

 private:
  struct Statements {
    sqlite::Statement begin, commit, add, count, add_hour, read, set, history;
  };

  /// A row of visits_per_hour.
  struct OldHour {
    std::string counter_id;
    std::string hour;
    std::int64_t visits;
  };

  SqliteStore(sqlite::OwnerLock lock, sqlite::FileWatch files, sqlite::Database database, Statements statements,
              int schema);
  static sqlite::SqlResult<Statements> prepare(sqlite::Database& database);

  sqlite::SqlResult<void> add_all(std::span<counter::Addition> batch, WallTime now);
  sqlite::SqlResult<void> add_one(counter::Addition& addition, WallTime now);
  sqlite::SqlResult<void> add_to_hour(std::string_view counter_id, std::string_view hour, std::int64_t visits);
  sqlite::SqlResult<void> fold_old_hours(WallTime now);
  sqlite::SqlResult<void> fold(const OldHour& old);
  void give_up(std::span<counter::Addition> batch, counter::Outcome outcome, const sqlite::Failure& failure);
  sqlite::SqlResult<void> write(const counter::Entry& entry);
  sqlite::SqlResult<void> write_all(std::span<const counter::Entry> entries);
  void check_files();
  void checkpoint_if_due();
  counter::StoreError judge(const sqlite::Failure& failure);

  sqlite::OwnerLock lock_;
  sqlite::FileWatch files_;
  sqlite::Database database_;
  Statements statements_;
  int schema_;
  int wal_pages_ = 0;  // SQLite's hook writes it after each commit
  int checkpoint_at_;
  std::optional<std::chrono::sys_days> folded_on_;  // no hours are to be folded on this day
  std::optional<counter::StoreError> broken_;
};

}  // namespace vc::store
