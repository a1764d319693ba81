// Files that are not as we left them: refused with one line, or right, and never a wrong number.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "base/file.hpp"
#include "limits.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/store.hpp"
#include "support/abandoned_connection.hpp"
#include "support/sqlite_store_test.hpp"

namespace vc::store {
namespace {

namespace fs = std::filesystem;
using counter::Outcome;

class DamagedStoreTest : public SqliteStoreTest {
 protected:
  /// The file's bytes after the last close.
  std::string bytes() { return *read_file(file_.string()); }

  /// Breaks the file while a store has it open, and makes SQLite look at it again.
  void change_open(std::string_view seal, std::string_view other, sqlite3* connection) {
    const auto at = bytes().find(seal);
    ASSERT_NE(at, std::string::npos);
    overwrite(static_cast<std::streamoff>(at), other);
    sqlite3_db_release_memory(connection);
  }

  void flip_open_count(sqlite3* connection) { change_open("main_counter 41 ", "main_counter 43 ", connection); }

  static bool is_one_plain_line(std::string_view words) {
    return std::ranges::all_of(words, [](char byte) { return byte >= ' ' && byte <= '~'; });
  }

  fs::path wal() const { return file_.string() + "-wal"; }
};

TEST_F(DamagedStoreTest, RefusesAFileWhoseLogWasTurnedOff) {
  add(**open(), 1, start_);
  execute("PRAGMA journal_mode = DELETE");
  EXPECT_NE(error_of_open().find("journal mode"), std::string::npos) << error_of_open();
}

TEST_F(DamagedStoreTest, RefusesAFileThatIsNoDatabase) {
  fs::create_directories(file_.parent_path());
  std::ofstream(file_) << std::string(5'000, 'x');
  EXPECT_NE(error_of_open().find("not an SQLite database"), std::string::npos);
  EXPECT_EQ(fs::file_size(file_), 5'000U) << "it is not touched";
}

TEST_F(DamagedStoreTest, RefusesAnEmptyFile) {
  fs::create_directories(file_.parent_path());
  std::ofstream(file_).close();
  EXPECT_NE(error_of_open().find("another program"), std::string::npos);
  EXPECT_EQ(fs::file_size(file_), 0U) << "it is not touched";
}

TEST_F(DamagedStoreTest, RefusesAnotherProgramsDatabase) {
  fs::create_directories(file_.parent_path());
  std::ofstream(file_).close();
  execute("CREATE TABLE bookmarks (url TEXT)");
  EXPECT_NE(error_of_open().find("another program"), std::string::npos);
}

TEST_F(DamagedStoreTest, RefusesANewerSchema) {
  add(**open(), 1, start_);
  execute("PRAGMA user_version = 4");
  EXPECT_NE(error_of_open().find("schema version is 4"), std::string::npos);
}

TEST_F(DamagedStoreTest, RefusesADamagedFile) {
  add(**open(), 1, start_);
  overwrite(4'096, std::string(4'096, 'x'));
  EXPECT_NE(error_of_open().find("damaged"), std::string::npos) << error_of_open();
}

TEST_F(DamagedStoreTest, RefusesATruncatedFile) {
  add(**open(), 1, start_);
  const auto whole = fs::file_size(file_);
  for (std::uintmax_t size = 0; size < whole; size += 512) {
    const fs::path copy = directory_ / "copy.db";
    fs::copy_file(file_, copy, fs::copy_options::overwrite_existing);
    fs::resize_file(copy, size);
    EXPECT_FALSE(SqliteStore::open(copy, SqliteStore::IfAbsent::create)) << size;
  }
}

TEST_F(DamagedStoreTest, RefusesToStartAnewWhereALogIsLeft) {
  add(**open(), 1, start_);
  fs::remove(file_);
  std::ofstream(file_.string() + "-wal") << "left over";
  EXPECT_NE(error_of_open().find("write-ahead log"), std::string::npos);
}

TEST_F(DamagedStoreTest, RefusesTheSchemaBeforeSeals) {
  add(**open(), 1, start_);
  execute("PRAGMA user_version = 1");
  EXPECT_NE(error_of_open().find("schema version is 1"), std::string::npos);
}

TEST_F(DamagedStoreTest, RefusesAnEmptyFileBesideALogAndLeavesBothAlone) {
  fs::create_directories(file_.parent_path());
  std::ofstream(file_).close();
  std::ofstream(file_.string() + "-wal") << "visits";
  EXPECT_NE(error_of_open().find("write-ahead log"), std::string::npos);
  EXPECT_EQ(fs::file_size(file_), 0U);
  EXPECT_EQ(fs::file_size(file_.string() + "-wal"), 6U);
}

TEST_F(DamagedStoreTest, RefusesWhatOthersAddedToTheSchema) {
  add(**open(), 1, start_);
  const std::array<std::array<const char*, 2>, 4> additions = {
      {{"CREATE TABLE more (a)", "DROP TABLE more"},
       {"CREATE INDEX fast ON counters (visit_count)", "DROP INDEX fast"},
       {"CREATE VIEW one AS SELECT 1", "DROP VIEW one"},
       {"CREATE TRIGGER twice AFTER UPDATE ON counters BEGIN SELECT 1; END", "DROP TRIGGER twice"}}};
  for (const auto& [make, remove] : additions) {
    execute(make);
    EXPECT_NE(error_of_open().find("tables"), std::string::npos) << make;
    execute(remove);
    EXPECT_EQ(error_of_open(), "it opened");
  }
}

TEST_F(DamagedStoreTest, RefusesATableWithoutItsRules) {
  add(**open(), 1, start_);
  execute(
      "PRAGMA writable_schema = ON; "
      "UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (visit_count BETWEEN 0 AND 9007199254740991)', '')");
  EXPECT_NE(error_of_open().find("tables"), std::string::npos) << error_of_open();
}

TEST_F(DamagedStoreTest, RefusesACountThatIsNotAsItWasWritten) {
  add(**open(), 41, start_);
  const auto seal = static_cast<std::streamoff>(bytes().find("main_counter 41 "));
  overwrite(seal, "main_counter 43 ");
  EXPECT_NE(error_of_open().find("1 records are not as they were written"), std::string::npos) << error_of_open();
}

TEST_F(DamagedStoreTest, RefusesAnHourThatIsNotAsItWasWritten) {
  add(**open(), 41, start_);
  const auto hour = static_cast<std::streamoff>(bytes().find("main_counter 2026-11-22T18:00:00Z 41"));
  overwrite(hour, "main_counter 2026-11-22T19:00:00Z 41");
  EXPECT_NE(error_of_open().find("1 records are not as they were written"), std::string::npos) << error_of_open();
}

TEST_F(DamagedStoreTest, ABitFlippedAnywhereIsRefusedOrChangesNothing) {
  add(**open(), 41, start_);
  const std::string whole = bytes();
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (whole[at] == 0 && at % 16 != 0) continue;  // most of a page is unused
    overwrite(static_cast<std::streamoff>(at), std::string(1, static_cast<char>(whole[at] ^ (1 << (at % 8)))));
    {
      const auto store = open();
      if (store) {
        const auto record = (*store)->read(main_, start_);
        ASSERT_TRUE(record && *record) << at;
        ASSERT_EQ((*record)->visit_count, 41U) << at;
      } else {
        ++refused;
        ASSERT_TRUE(is_one_plain_line(store.error().message)) << at << ": " << store.error().message;
      }
    }
    fs::remove(wal());
    overwrite(0, whole);
  }
  EXPECT_GT(refused, 1'000);
}

/// What a kill would leave of a store that has just counted to 6, a visit a commit.
class DamagedLogTest : public DamagedStoreTest {
 protected:
  void SetUp() override {
    DamagedStoreTest::SetUp();
    const auto store = open();
    const auto midnight = std::chrono::floor<std::chrono::days>(start_);  // the one hour that is in no index
    for (int i = 0; i < 6; ++i) add(**store, 1, midnight);
    fs::copy_file(file_, killed());
    log_ = *read_file(wal().string());
    ASSERT_EQ(log_.size(), header_bytes + 6 * commit_bytes);
  }

  /// The count that a start finds with this log, or its error.
  Result<counter::Count> count_with(const std::string& log) {
    fs::copy_file(killed(), file_, fs::copy_options::overwrite_existing);
    std::ofstream(wal(), std::ios::binary) << log;
    const auto store = open();
    if (!store) return std::unexpected(store.error());
    const auto record = (*store)->read(main_, start_);
    return record && *record ? (*record)->visit_count : 0;
  }

  static constexpr std::size_t header_bytes = 32;
  static constexpr std::size_t commit_bytes = std::size_t{2} * (24 + 4'096);
  fs::path killed() const { return file_.string() + ".killed"; }
  std::string log_;
};

TEST_F(DamagedLogTest, ABitFlippedBeforeTheLastTwoCommitsIsRefused) {
  for (std::size_t at = 0; at < header_bytes + 4 * commit_bytes; at += at < 64 ? 1 : 61) {
    std::string log = log_;
    log[at] = static_cast<char>(log[at] ^ (1 << (at % 8)));
    const auto count = count_with(log);
    ASSERT_FALSE(count) << at << ": " << *count;
    ASSERT_NE(count.error().message.find("write-ahead log"), std::string::npos) << count.error().message;
  }
}

TEST_F(DamagedLogTest, AFileWhoseFormatVersionsChangedIsRefusedOrOpensAgain) {
  const std::string whole = *read_file(killed().string());
  for (std::size_t bit = std::size_t{18} * 8; bit < std::size_t{20} * 8; ++bit) {
    std::string file = whole;
    file[bit / 8] = static_cast<char>(file[bit / 8] ^ (1 << (bit % 8)));
    std::ofstream(killed(), std::ios::binary) << file;
    const auto count = count_with(log_);
    if (!count) continue;
    ASSERT_EQ(*count, 6U) << bit;
    ASSERT_TRUE(open()) << bit << ": " << error_of_open();
  }
}

TEST_F(DamagedLogTest, ALogThatIsCutOffAtItsEndIsAPowerCut) {
  EXPECT_EQ(count_with(log_), 6U);
  for (std::size_t size = 0; size < log_.size(); size += 512) {
    const std::size_t commits = size < header_bytes ? 0 : (size - header_bytes) / commit_bytes;
    const auto count = count_with(log_.substr(0, size));
    ASSERT_TRUE(count) << size << ": " << count.error().message;
    ASSERT_EQ(*count, commits) << size;
  }
}

TEST_F(DamagedLogTest, ALastCommitOfWhichPartsAreMissingIsAPowerCut) {
  const std::size_t last = header_bytes + 5 * commit_bytes;
  for (std::size_t at = last; at < log_.size(); at += 512) {
    std::string log = log_;
    log.replace(at, std::min<std::size_t>(512, log.size() - at), std::min<std::size_t>(512, log.size() - at), '\0');
    const auto count = count_with(log);
    ASSERT_TRUE(count) << at << ": " << count.error().message;
    ASSERT_TRUE(*count == 5 || *count == 6) << at << ": " << *count;
  }
}

TEST_F(DamagedStoreTest, ACountThatChangesUnderARunningStoreIsNotServed) {
  add(**open(), 41, start_);
  const vc::tests::AbandonedConnection connection;
  const auto store = open();
  ASSERT_TRUE(store);
  flip_open_count(connection.handle());
  EXPECT_FALSE((*store)->read(main_, start_));
  EXPECT_NE((*store)->broken(), nullptr);
}

TEST_F(DamagedStoreTest, ACountThatChangesUnderARunningStoreIsNotAddedTo) {
  add(**open(), 41, start_);
  const vc::tests::AbandonedConnection connection;
  const auto store = open();
  ASSERT_TRUE(store);
  flip_open_count(connection.handle());
  EXPECT_EQ(add(**store, 1, start_).outcome, Outcome::not_counted);
  EXPECT_NE((*store)->broken(), nullptr);
}

TEST_F(DamagedStoreTest, ACountThatChangesUnderARunningStoreIsNotCorrected) {
  add(**open(), 41, start_);
  const vc::tests::AbandonedConnection connection;
  const auto store = open();
  ASSERT_TRUE(store);
  flip_open_count(connection.handle());
  EXPECT_FALSE((*store)->set(main_, 7, start_));
  EXPECT_NE((*store)->broken(), nullptr);
}

TEST_F(DamagedStoreTest, AnHourThatChangesUnderARunningStoreIsNotAddedTo) {
  add(**open(), 41, start_);
  const vc::tests::AbandonedConnection connection;
  const auto store = open();
  ASSERT_TRUE(store);
  change_open("2026-11-22T18:00:00Z 41", "2026-11-22T18:00:00Z 43", connection.handle());
  EXPECT_EQ(add(**store, 1, start_).outcome, Outcome::not_counted);
  EXPECT_NE((*store)->broken(), nullptr);
}

TEST_F(DamagedStoreTest, AnOldHourThatChangesUnderARunningStoreIsNotFolded) {
  add(**open(), 41, start_);
  const vc::tests::AbandonedConnection connection;
  const auto store = open();
  ASSERT_TRUE(store);
  change_open("2026-11-22T18:00:00Z 41", "2026-11-22T18:00:00Z 43", connection.handle());
  EXPECT_EQ(add(**store, 1, start_ + limits::hours_kept + 24h).outcome, Outcome::not_counted);
  EXPECT_NE((*store)->broken(), nullptr);
}

TEST_F(DamagedStoreTest, NothingIsAddedToADayThatChangedUnderARunningStore) {
  add(**open(), 41, start_ - 18h);
  add(**open(), 5, start_);
  const vc::tests::AbandonedConnection connection;
  const auto store = open();
  ASSERT_TRUE(store);
  change_open("2026-11-22T00:00:00Z 41", "2026-11-22T00:00:00Z 43", connection.handle());
  EXPECT_EQ(add(**store, 1, start_ + limits::hours_kept + 24h).outcome, Outcome::not_counted);
  EXPECT_NE((*store)->broken(), nullptr);
}

TEST_F(DamagedStoreTest, HoursThatNobodyCanHaveCountedAreNotFolded) {
  add(**open(), 1, start_);
  execute(
      "INSERT INTO visits_per_hour (counter_id, hour, visits) VALUES "
      "('a', '2020-01-01T01:00:00Z', 9223372036854775807), ('a', '2020-01-01T02:00:00Z', 9223372036854775807)");
  const vc::tests::AbandonedConnection connection;
  const auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(add(**store, 1, start_).outcome, Outcome::not_counted);
  EXPECT_NE((*store)->broken(), nullptr);
}

TEST_F(DamagedStoreTest, AFileThatIsMovedInUseIsNoLongerCountedIn) {
  const std::array<void (*)(const fs::path&), 3> tricks = {
      [](const fs::path& file) { fs::rename(file, file.string() + ".moved"); },
      [](const fs::path& file) { fs::remove(file); },
      [](const fs::path& file) {
        fs::copy_file(file, file.string() + ".copy");
        fs::rename(file.string() + ".copy", file);
      }};
  for (const auto trick : tricks) {
    for (const char* suffix : {"", "-wal"}) {
      fs::remove_all(file_.parent_path());
      const vc::tests::AbandonedConnection connection;
      const auto store = open();
      ASSERT_TRUE(store);
      ASSERT_EQ(add(**store, 1, start_).outcome, Outcome::counted);
      trick(file_.string() + suffix);
      EXPECT_EQ(add(**store, 1, start_).outcome, Outcome::unknown);
      ASSERT_NE((*store)->broken(), nullptr);
      EXPECT_NE((*store)->broken()->detail.find("while it was in use"), std::string::npos);
      EXPECT_EQ(add(**store, 1, start_).outcome, Outcome::not_counted);
    }
  }
}

TEST_F(DamagedStoreTest, AFileThatIsMovedInUseIsNoLongerReadOrCorrected) {
  const vc::tests::AbandonedConnection connection;
  const auto store = open();
  ASSERT_TRUE((*store)->set(main_, 7, start_));
  fs::remove(file_);
  EXPECT_FALSE((*store)->set(main_, 8, start_));
  EXPECT_FALSE((*store)->read(main_, start_));
  EXPECT_NE((*store)->broken(), nullptr);
}

}  // namespace
}  // namespace vc::store
