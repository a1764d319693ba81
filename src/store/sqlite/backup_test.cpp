// What restore leaves when it is cut off after each of its steps, and that nothing is ever lost without a word.

#include "store/sqlite/backup.hpp"

#include "base/file.hpp"
#include "store/sqlite/files.hpp"
#include "support/sqlite_store_test.hpp"

namespace vc::store {
namespace {

namespace fs = std::filesystem;

class BackupTest : public SqliteStoreTest {
 protected:
  BackupTest() : SqliteStoreTest(Where::memory) {}

  /// A store that stands at 5, and a backup from when it stood at 3.
  void make_store_and_backup() {
    auto store = open();
    add(**store, 3, start_);
    const auto copy = (*store)->copy();
    ASSERT_TRUE(copy && *copy);
    ASSERT_TRUE(write_new_file(backup_.string(), **copy));
    add(**store, 2, start_);
  }

  counter::Count count_in(const fs::path& file) {
    auto store = SqliteStore::open(file, SqliteStore::IfAbsent::refuse);
    EXPECT_TRUE(store) << store.error().message;
    return store ? (*(*store)->read(main_, start_))->visit_count : 0;
  }

  const fs::path backup_ = directory_ / "backup.db";
};

TEST_F(BackupTest, HasWhatWasCommittedAndNothingElse) {
  make_store_and_backup();
  EXPECT_EQ(count_in(backup_), 3U);
  EXPECT_EQ(count_in(file_), 5U);
}

TEST_F(BackupTest, TakesThePlaceOfTheStoreWhichIsKept) {
  make_store_and_backup();
  const auto kept = sqlite::restore(backup_, file_, start_);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->filename(), "visits.db.before-2026-11-22T18:40:00Z");
  EXPECT_EQ(count_in(file_), 3U);
  EXPECT_EQ(count_in(*kept), 5U);
  const auto again = sqlite::restore(backup_, file_, start_);
  EXPECT_EQ(again->filename(), "visits.db.before-2026-11-22T18:40:00Z-2");
}

TEST_F(BackupTest, NeverLosesTheStoreWithoutAWordWhereverRestoringIsCutOff) {
  make_store_and_backup();
  const fs::path kept = directory_ / "kept.db";
  fs::create_hard_link(sqlite::log_of(file_), sqlite::log_of(kept));
  EXPECT_EQ(count_in(file_), 5U) << "after the link to the log";
  fs::rename(file_, kept);
  EXPECT_NE(error_of_open().find("restore a backup"), std::string::npos) << "after the file has gone";
  const auto restored = sqlite::restore(backup_, file_, start_);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(*restored, fs::path()) << "there was nothing to keep";
  EXPECT_EQ(count_in(file_), 3U);
  EXPECT_EQ(count_in(kept), 5U);
}

TEST_F(BackupTest, IsRefusedWhileTheStoreIsInUse) {
  make_store_and_backup();
  const auto store = open();
  const auto kept = sqlite::restore(backup_, file_, start_);
  ASSERT_FALSE(kept);
  EXPECT_NE(kept.error().message.find("in use"), std::string::npos);
}

}  // namespace
}  // namespace vc::store
