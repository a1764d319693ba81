// Files of the schema before: counted on as they are, and made one of the newest with all that is in them.

#include <gtest/gtest.h>

#include <cerrno>
#include <functional>

#include "base/file.hpp"
#include "limits.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/store.hpp"
#include "support/abandoned_connection.hpp"
#include "support/failing_sqlite.hpp"
#include "support/sqlite_store_test.hpp"

namespace vc::store {
namespace {

namespace fs = std::filesystem;
using counter::Outcome;
using sqlite::schema_version;
using sqlite::schema_version_before;
using tests::AbandonedConnection;
using tests::FailingDisk;
using tests::FailingMemory;

class MigrationTest : public SqliteStoreTest {
 protected:
  MigrationTest() : SqliteStoreTest(Where::memory) {}  // there are hundreds of starts

  /// A closed store of the schema before, which counted to 41, with a visit in each of so many hours of another
  /// counter.
  void make_file_before(int hours = 1) {
    add(**open(), 41, start_);
    execute(fmt::format("DROP INDEX unfolded_hours; PRAGMA user_version = {}", schema_version_before));
    execute(
        fmt::format("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
                    "INSERT INTO visits_per_hour (counter_id, hour, visits) "
                    "SELECT 'another', strftime('%Y-%m-%dT%H:00:00Z', '2026-01-01', i || ' hours'), 1 FROM n",
                    hours));
  }

  void migrate() {
    const auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE((*store)->migrate());
  }

  std::int64_t version() { return integer("PRAGMA user_version"); }
  std::int64_t visits() { return integer("SELECT sum(visits) FROM visits_per_hour"); }

  /// Migrates such a file while the first step fails, the second, and so on, until none does.
  void check_each_failure(const std::function<bool(int nth)>& migrate_failing) {
    make_file_before(300);
    const fs::path before = directory_ / "before";
    fs::copy(file_.parent_path(), before, fs::copy_options::recursive);
    bool failed = true;
    for (int nth = 1; failed; ++nth) {
      fs::remove_all(file_.parent_path());
      fs::copy(before, file_.parent_path(), fs::copy_options::recursive);
      failed = migrate_failing(nth);
      ASSERT_EQ(add(**open(), 1, start_).count_after, 42U) << nth;
      ASSERT_EQ(visits(), 342) << nth;
      ASSERT_TRUE(version() == schema_version || (failed && version() == schema_version_before)) << nth;
    }
  }

  /// Steps of SQLite, in hundreds, for the first visit of a day.
  int work_of_a_visit(WallTime now) {
    AbandonedConnection connection;
    auto store = open();
    int steps = 0;
    const auto count = [](void* to) { return ++*static_cast<int*>(to) < 0 ? 1 : 0; };
    sqlite3_progress_handler(connection.handle(), 100, count, &steps);
    EXPECT_EQ(add(**store, 1, now).outcome, Outcome::counted);
    sqlite3_progress_handler(connection.handle(), 0, nullptr, nullptr);
    connection.forget();
    return steps;
  }
};

TEST_F(MigrationTest, ANewFileHasTheNewestSchema) {
  const auto store = open();
  EXPECT_EQ((*store)->schema(), schema_version);
  EXPECT_TRUE((*store)->migrate()) << "there is nothing to do";
}

TEST_F(MigrationTest, AFileOfTheSchemaBeforeIsCountedOnAndStaysOne) {
  make_file_before();
  EXPECT_EQ((*open())->schema(), schema_version_before);
  EXPECT_EQ(add(**open(), 1, start_).count_after, 42U);
  EXPECT_EQ(version(), schema_version_before);
  EXPECT_EQ(error_of_open(), "it opened");
}

TEST_F(MigrationTest, AMigratedFileHasAllThatItHadAndCountsOn) {
  make_file_before(500);
  const std::string sealed = "SELECT count(*) FROM visits_per_hour WHERE seal IS content";
  const std::int64_t rows = integer(sealed);
  {
    const auto store = open();
    ASSERT_TRUE((*store)->migrate());
    EXPECT_EQ((*store)->schema(), schema_version);
    EXPECT_EQ(add(**store, 1, start_).count_after, 42U) << "the store that migrates goes on";
  }
  EXPECT_EQ(version(), schema_version);
  EXPECT_EQ(error_of_open(), "it opened");
  EXPECT_EQ(visits(), 542);
  EXPECT_EQ(integer(sealed), rows);
  EXPECT_EQ(integer("SELECT count(*) FROM counters WHERE seal IS content"), 1);
}

TEST_F(MigrationTest, TheSchemaIsWhatTheFileSaysOrItIsRefused) {
  make_file_before();
  execute(fmt::format("PRAGMA user_version = {}", schema_version));
  EXPECT_NE(error_of_open().find("its tables are not as"), std::string::npos) << error_of_open();
  execute(sqlite::unfolded_hours_index);
  EXPECT_EQ(error_of_open(), "it opened");
  execute(fmt::format("PRAGMA user_version = {}", schema_version_before));
  EXPECT_NE(error_of_open().find("its tables are not as"), std::string::npos) << error_of_open();
}

TEST_F(MigrationTest, OldHoursAreFoundWithoutALookAtAllOthers) {
  constexpr int hours = 6'000;
  make_file_before(hours);
  const int looked_through = work_of_a_visit(start_);
  migrate();
  const int found = work_of_a_visit(start_);
  EXPECT_GT(looked_through, hours / 100) << "a step for each hour at least";
  EXPECT_LT(found, hours / 100 / 10);
}

TEST_F(MigrationTest, AnHourThatTheIndexNamesTwiceIsFoldedOnce) {
  make_file_before(2);
  migrate();
  const auto second = read_file(file_.string())->rfind("2026-01-01T02:00:00Zanother");  // the index is the last page
  ASSERT_NE(second, std::string::npos);
  overwrite(static_cast<std::streamoff>(second), "2026-01-01T01:00:00Zanother");
  EXPECT_EQ(add(**open(), 1, start_ + limits::hours_kept + 24h).outcome, Outcome::counted);
  EXPECT_EQ(integer("SELECT sum(visits) FROM visits_per_hour WHERE counter_id = 'another'"), 2);
}

TEST_F(MigrationTest, WithoutMemoryTheFileHasTheOneSchemaOrTheOther) {
  check_each_failure([this](int nth) {
    FailingMemory memory;
    AbandonedConnection connection;
    const auto store = open();
    memory.fail(nth);
    const auto migrated = (*store)->migrate();
    EXPECT_EQ(migrated.has_value(), (*store)->broken() == nullptr);
    if ((*store)->broken() == nullptr) connection.forget();
    return memory.has_failed();
  });
}

TEST_F(MigrationTest, OnADiskThatFailsTheFileHasTheOneSchemaOrTheOther) {
  check_each_failure([this](int nth) {
    AbandonedConnection connection;
    const auto store = open();
    const FailingDisk disk(FailingDisk::Calls::writes, EIO, nth);
    const auto migrated = (*store)->migrate();
    EXPECT_NE(migrated.has_value(), disk.has_failed());
    EXPECT_EQ((*store)->broken() != nullptr, disk.has_failed());
    if (!disk.has_failed()) connection.forget();
    return disk.has_failed();
  });
}

TEST_F(MigrationTest, AFileThatWasMovedIsNotMigratedInUse) {
  make_file_before();
  const AbandonedConnection connection;
  const auto store = open();
  fs::rename(file_, file_.string() + ".moved");
  EXPECT_FALSE((*store)->migrate());
  EXPECT_NE((*store)->broken(), nullptr);
  EXPECT_FALSE((*store)->migrate());
  EXPECT_EQ(add(**store, 1, start_).outcome, Outcome::not_counted);
}

TEST_F(MigrationTest, WithoutSpaceTheFileStaysAsItIsAndIsCountedOn) {
  make_file_before(300);
  const auto store = open();
  {
    const FailingDisk disk(FailingDisk::Calls::writes, ENOSPC);
    EXPECT_FALSE((*store)->migrate());
  }
  EXPECT_EQ((*store)->broken(), nullptr);
  EXPECT_EQ((*store)->schema(), schema_version_before);
  EXPECT_EQ(add(**store, 1, start_).count_after, 42U);
  EXPECT_TRUE((*store)->migrate()) << "there is space again";
  EXPECT_EQ(add(**store, 1, start_).count_after, 43U);
}

}  // namespace
}  // namespace vc::store
