// What the SQLite store adds to the contract: files, owners, damage, and what a restart finds.

#include "store/sqlite/store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "store/sqlite/schema.hpp"

namespace vc::store {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using counter::Addition;
using counter::Counter;
using counter::CounterId;
using counter::Outcome;

class SqliteStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "sqlite-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    file_ = directory_ / "state" / "visits.db";
  }
  void TearDown() override { fs::remove_all(directory_); }

  Result<std::unique_ptr<SqliteStore>> open() { return SqliteStore::open(file_, SqliteStore::IfAbsent::create); }

  std::string error_of_open() {
    const auto opened = open();
    return opened ? "it opened" : opened.error().message;
  }

  Addition add(SqliteStore& store, std::uint64_t visits, WallTime now) {
    std::array batch = {Addition{.counter = &main_, .visits = visits}};
    store.add(batch, now);
    return batch[0];
  }

  /// Runs SQL on the file as another program would. Requires: no store is open.
  void execute(const std::string& sql) {
    auto database = sqlite::Database::open(file_.string());
    ASSERT_TRUE(database);
    const auto done = database->execute(sql.c_str());
    ASSERT_TRUE(done) << done.error().message;
  }

  std::int64_t integer(const std::string& sql) {
    auto database = sqlite::Database::open(file_.string());
    return *database->integer(sql);
  }

  void overwrite(std::streamoff at, std::string_view bytes) {
    std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  fs::path directory_;
  fs::path file_;
  const Counter main_{*CounterId::parse("main_counter")};
  const WallTime start_ = std::chrono::sys_days{2026y / 11 / 22} + 18h + 40min;
};

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

TEST_F(SqliteStoreTest, RefusesAFileThatIsNoDatabase) {
  fs::create_directories(file_.parent_path());
  std::ofstream(file_) << std::string(5'000, 'x');
  EXPECT_NE(error_of_open().find("not an SQLite database"), std::string::npos);
  EXPECT_EQ(fs::file_size(file_), 5'000U) << "it is not touched";
}

TEST_F(SqliteStoreTest, RefusesAnEmptyFile) {
  fs::create_directories(file_.parent_path());
  std::ofstream(file_).close();
  EXPECT_NE(error_of_open().find("another program"), std::string::npos);
  EXPECT_EQ(fs::file_size(file_), 0U) << "it is not touched";
}

TEST_F(SqliteStoreTest, RefusesAnotherProgramsDatabase) {
  fs::create_directories(file_.parent_path());
  std::ofstream(file_).close();
  execute("CREATE TABLE bookmarks (url TEXT)");
  EXPECT_NE(error_of_open().find("another program"), std::string::npos);
}

TEST_F(SqliteStoreTest, RefusesANewerSchema) {
  add(**open(), 1, start_);
  execute("PRAGMA user_version = 2");
  EXPECT_NE(error_of_open().find("schema version is 2"), std::string::npos);
}

TEST_F(SqliteStoreTest, RefusesADamagedFile) {
  add(**open(), 1, start_);
  overwrite(4'096, std::string(4'096, 'x'));
  EXPECT_NE(error_of_open().find("damaged"), std::string::npos) << error_of_open();
}

TEST_F(SqliteStoreTest, RefusesATruncatedFile) {
  add(**open(), 1, start_);
  const auto whole = fs::file_size(file_);
  for (std::uintmax_t size = 0; size < whole; size += 512) {
    const fs::path copy = directory_ / "copy.db";
    fs::copy_file(file_, copy, fs::copy_options::overwrite_existing);
    fs::resize_file(copy, size);
    EXPECT_FALSE(SqliteStore::open(copy, SqliteStore::IfAbsent::create)) << size;
  }
}

TEST_F(SqliteStoreTest, RefusesToStartAnewWhereALogIsLeft) {
  add(**open(), 1, start_);
  fs::remove(file_);
  std::ofstream(file_.string() + "-wal") << "left over";
  EXPECT_NE(error_of_open().find("write-ahead log"), std::string::npos);
}

TEST_F(SqliteStoreTest, SaysWhatIsWrongWithADirectory) {
  std::ofstream(directory_ / "state").close();
  EXPECT_NE(error_of_open().find("directory"), std::string::npos);
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
