// What the SQLite store adds to the contract: files, owners, and what a restart finds.

#include "store/sqlite/store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "limits.hpp"
#include "store/sqlite/files.hpp"
#include "store/sqlite/schema.hpp"
#include "support/sqlite_store_test.hpp"

namespace vc::store {
namespace {

namespace fs = std::filesystem;
using counter::Outcome;

TEST_F(SqliteStoreTest, IsCreatedForItsOwnerOnly) {
  ::umask(0);
  const auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  add(**store, 1, start_);
  for (const char* suffix : {"", "-wal", ".lock"}) {
    struct stat status{};
    ASSERT_EQ(::stat((file_.string() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << suffix;
  }
  EXPECT_FALSE(fs::exists(file_.string() + "-shm")) << "one connection needs no shared memory";
}

TEST_F(SqliteStoreTest, KeepsCountsOverARestart) {
  add(**open(), 41, start_);
  EXPECT_EQ(add(**open(), 1, start_).count_after, 42U);
}

TEST_F(SqliteStoreTest, IsAFileThatPeopleCanOpen) {
  add(**open(), 3, start_);
  EXPECT_EQ(integer("SELECT visit_count FROM counters WHERE counter_id = 'main_counter'"), 3);
  EXPECT_EQ(integer("PRAGMA user_version"), sqlite::schema_version);
}

TEST_F(SqliteStoreTest, KeepsVisitsPerHour) {
  {
    const auto store = open();
    add(**store, 2, start_);
    add(**store, 3, start_ + 19min + 59s);
    add(**store, 4, start_ + 20min);
  }
  EXPECT_EQ(integer("SELECT visits FROM visits_per_hour WHERE hour = '2026-11-22T18:00:00Z'"), 5);
  EXPECT_EQ(integer("SELECT visits FROM visits_per_hour WHERE hour = '2026-11-22T19:00:00Z'"), 4);
}

TEST_F(SqliteStoreTest, MakesDaysOfOldHoursAFewAtATime) {
  constexpr int hours = limits::hours_folded_max + 500;
  add(**open(), 1, start_);
  execute(
      fmt::format("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
                  "INSERT INTO visits_per_hour (counter_id, hour, visits) "
                  "SELECT 'main_counter', strftime('%Y-%m-%dT%H:00:00Z', '2020-01-01', i || ' hours'), i FROM n",
                  hours));
  const std::string old = "FROM visits_per_hour WHERE hour < '2021'";
  const auto not_folded = [&] { return integer("SELECT count(*) " + old + " AND hour NOT LIKE '%T00:%'"); };
  const std::int64_t at_first = not_folded();
  add(**open(), 1, start_);
  EXPECT_EQ(not_folded(), at_first - limits::hours_folded_max);
  {
    const auto store = open();
    for (int i = 0; i < 3; ++i) add(**store, 1, start_);
  }
  EXPECT_EQ(not_folded(), 0);
  EXPECT_EQ(integer("SELECT sum(visits) " + old), std::int64_t{hours} * (hours + 1) / 2);
  EXPECT_EQ(add(**open(), 1, start_).count_after, 6U);
}

TEST_F(SqliteStoreTest, FoldsItsLogIntoTheFileBeforeItGrows) {
  const auto store = open();
  for (int i = 0; i < 3'000; ++i) ASSERT_EQ(add(**store, 1, start_).outcome, Outcome::counted);
  EXPECT_LT(fs::file_size(file_.string() + "-wal"), 6U << 20);
}

TEST_F(SqliteStoreTest, HasOneOwner) {
  const auto first = open();
  ASSERT_TRUE(first);
  const std::string error = error_of_open();
  EXPECT_NE(error.find(fmt::format("in use by process {}", ::getpid())), std::string::npos) << error;
}

TEST_F(SqliteStoreTest, NamesItsOwner) {
  EXPECT_FALSE(SqliteStore::owner(file_));
  {
    const auto store = open();
    ASSERT_TRUE((*store)->announce_ops("127.0.0.1:8081"));
    const auto owner = SqliteStore::owner(file_);
    ASSERT_TRUE(owner);
    EXPECT_EQ(owner->pid, ::getpid());
    EXPECT_EQ(owner->ops, "127.0.0.1:8081");
  }
  EXPECT_FALSE(SqliteStore::owner(file_));
}

TEST_F(SqliteStoreTest, IsNotCreatedWhereItMustExist) {
  const auto opened = SqliteStore::open(file_, SqliteStore::IfAbsent::refuse);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("does not exist"), std::string::npos);
  EXPECT_FALSE(fs::exists(file_.parent_path()));
}

TEST_F(SqliteStoreTest, SaysWhatIsWrongWithADirectory) {
  std::ofstream(directory_ / "state").close();
  EXPECT_NE(error_of_open().find("directory"), std::string::npos);
}

TEST_F(SqliteStoreTest, SaysWhatIsWrongWithAPath) {
  fs::create_symlink(directory_ / "loop", directory_ / "loop");
  const auto opened = SqliteStore::open(directory_ / "loop" / "visits.db", SqliteStore::IfAbsent::create);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("symbolic links"), std::string::npos) << opened.error().message;
}

TEST_F(SqliteStoreTest, SaysWhenAPathIsTooLongForSqlite) {
  const std::string long_name(200, 'd');
  const auto opened =
      SqliteStore::open(directory_ / long_name / long_name / long_name / "visits.db", SqliteStore::IfAbsent::create);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("unable to open database file"), std::string::npos) << opened.error().message;
}

TEST_F(SqliteStoreTest, SaysWhichOfItsFilesIsInTheWay) {
  for (const char* suffix : {"-wal", ".lock", ".new"}) {
    fs::create_directories(file_.string() + suffix + "/full");
    if (suffix == std::string_view("-wal")) std::ofstream(file_).close();
    EXPECT_NE(error_of_open().find(file_.string() + suffix), std::string::npos) << error_of_open();
    fs::remove_all(file_.parent_path());
  }
}

TEST_F(SqliteStoreTest, SaysWhenItsLogIsNoFile) {
  add(**open(), 1, start_);
  fs::remove(file_.string() + "-wal");
  ASSERT_EQ(::mkfifo((file_.string() + "-wal").c_str(), S_IRUSR | S_IWUSR), 0);
  EXPECT_NE(error_of_open().find("-wal durable: Invalid argument"), std::string::npos) << error_of_open();
}

TEST_F(SqliteStoreTest, IsNotCreatedWhereADirectoryIs) {
  fs::create_directories(file_);
  const auto created = sqlite::create_store_file(file_);
  ASSERT_FALSE(created);
  EXPECT_NE(created.error().message.find("directory"), std::string::npos) << created.error().message;
}

TEST_F(SqliteStoreTest, SaysThatAnotherProgramHasTheFileOpen) {
  add(**open(), 1, start_);
  auto other = sqlite::Database::open(file_.string());
  ASSERT_TRUE(other->execute("BEGIN; SELECT * FROM counters"));
  EXPECT_NE(error_of_open().find("another program has it open"), std::string::npos) << error_of_open();
}

TEST_F(SqliteStoreTest, RefusesACorrectionBeyondTheLimit) {
  const auto store = open();
  ASSERT_TRUE((*store)->set(main_, limits::count_max, start_));
  EXPECT_FALSE((*store)->set(main_, limits::count_max + 1, start_));
  EXPECT_EQ((*store)->broken(), nullptr);
  EXPECT_EQ((**(*store)->read(main_, start_)).visit_count, limits::count_max);
}

TEST_F(SqliteStoreTest, StartsAgainAfterACreationThatWasCutOff) {
  fs::create_directories(file_.parent_path());
  std::ofstream(file_.string() + ".new") << "half a file";
  EXPECT_EQ(add(**open(), 1, start_).count_after, 1U);
  EXPECT_FALSE(fs::exists(file_.string() + ".new"));
}

TEST_F(SqliteStoreTest, FollowsALinkToOneLock) {
  const auto store = open();
  ASSERT_TRUE(store);
  const fs::path link = directory_ / "link.db";
  fs::create_symlink(file_, link);
  EXPECT_FALSE(SqliteStore::open(link, SqliteStore::IfAbsent::create));
}

}  // namespace
}  // namespace vc::store
