// A store without memory, or on a disk that fails: what was answered is stored, and nothing is a guess.

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "limits.hpp"
#include "store/sqlite/store.hpp"
#include "support/abandoned_connection.hpp"
#include "support/failing_sqlite.hpp"
#include "support/sqlite_store_test.hpp"

namespace vc::store {
namespace {

namespace fs = std::filesystem;
using counter::Outcome;
using tests::AbandonedConnection;
using tests::FailingDisk;
using tests::FailingMemory;

class FailingStoreTest : public SqliteStoreTest {
 protected:
  FailingStoreTest() : SqliteStoreTest(Where::memory) {}  // there are thousands of starts

  /// A store as a kill left it: the count is 41, in its log, and its hour becomes a day with the next visit.
  void make_killed_store() {
    const auto store = open();
    add(**store, 41, start_ - limits::hours_kept - 24h);
    fs::copy(file_.parent_path(), directory_ / "killed", fs::copy_options::recursive);
  }

  void restore_killed_store() {
    fs::remove_all(file_.parent_path());
    fs::copy(directory_ / "killed", file_.parent_path(), fs::copy_options::recursive);
  }

  std::optional<counter::Count> stored() {
    const auto store = open();
    EXPECT_TRUE(store) << store.error().message;
    const auto record = (*store)->read(main_, start_);
    EXPECT_TRUE(record);
    return *record ? std::optional((*record)->visit_count) : std::nullopt;
  }

  /// A start while something fails: one line says what, or it succeeds. Gives whether something has failed.
  template <class Failing>
  bool start(const Failing& failing) {
    const std::string error = error_of_open();
    EXPECT_TRUE(std::ranges::all_of(error, [](char byte) { return byte >= ' ' && byte <= '~'; })) << error;
    EXPECT_TRUE(failing.has_failed() || error == "it opened") << error;
    return failing.has_failed();
  }

  /// What a store said of one visit, and of the correction to 100 after it.
  struct Answers {
    Outcome visit;
    bool corrected;
  };

  Answers use(SqliteStore& store) {
    const counter::Addition added = add(store, 1, start_);
    EXPECT_TRUE(added.outcome != Outcome::counted || added.count_after == 42U) << added.count_after;
    const auto corrected = store.set(main_, 100, start_);
    const auto read = store.read(main_, start_);
    EXPECT_TRUE(!corrected || !read || (*read)->visit_count == 100U);
    return {added.outcome, corrected.has_value()};
  }

  /// What a restart finds is what was said. A correction that failed may be there.
  void check_stored(const Answers& answers) {
    const auto count = stored();
    if (count == 100U) return;
    EXPECT_FALSE(answers.corrected);
    EXPECT_TRUE((count == 41U && answers.visit != Outcome::counted) ||
                (count == 42U && answers.visit != Outcome::not_counted))
        << *count;
  }
};

TEST_F(FailingStoreTest, AFirstStartWithoutMemorySaysSoAndTheNextOneIsRight) {
  bool failed = true;
  for (int nth = 1; failed; ++nth) {
    {
      FailingMemory memory;
      memory.fail(nth);
      failed = start(memory);
    }
    ASSERT_EQ(stored(), std::nullopt) << nth;
    fs::remove_all(file_.parent_path());
  }
}

TEST_F(FailingStoreTest, AStartAfterAKillWithoutMemorySaysSoAndTheNextOneIsRight) {
  make_killed_store();
  bool failed = true;
  for (int nth = 1; failed; ++nth) {
    restore_killed_store();
    {
      FailingMemory memory;
      memory.fail(nth);
      failed = start(memory);
    }
    ASSERT_EQ(stored(), 41U) << nth;
  }
}

TEST_F(FailingStoreTest, WithoutMemoryWhatWasAnsweredIsStored) {
  make_killed_store();
  bool failed = true;
  for (int nth = 1; failed; ++nth) {
    restore_killed_store();
    Answers answers{};
    {
      FailingMemory memory;
      AbandonedConnection connection;
      const auto store = open();
      memory.fail(nth);
      answers = use(**store);
      failed = memory.has_failed();
      if ((*store)->broken() == nullptr) connection.forget();
    }
    check_stored(answers);
  }
}

TEST_F(FailingStoreTest, AStartOnADiskThatFailsSaysSoAndTheNextOneIsRight) {
  make_killed_store();
  for (const auto calls : {FailingDisk::Calls::reads, FailingDisk::Calls::writes}) {
    bool failed = true;
    for (int nth = 1; failed; ++nth) {
      restore_killed_store();
      {
        const FailingDisk disk(calls, EIO, nth);
        failed = start(disk);
      }
      ASSERT_EQ(stored(), 41U) << nth;
    }
  }
}

TEST_F(FailingStoreTest, AStartOnAFullDiskAsksForSpace) {
  make_killed_store();
  restore_killed_store();
  {
    const FailingDisk disk(FailingDisk::Calls::writes, ENOSPC);
    EXPECT_NE(error_of_open().find("the disk is full; make space"), std::string::npos);
  }
  EXPECT_EQ(stored(), 41U);
}

TEST_F(FailingStoreTest, OnADiskThatFailsWhatWasAnsweredIsStored) {
  make_killed_store();
  bool failed = true;
  for (int nth = 1; failed; ++nth) {
    restore_killed_store();
    Answers answers{};
    {
      AbandonedConnection connection;
      const auto store = open();
      {
        const FailingDisk disk(FailingDisk::Calls::writes, EIO, nth);
        answers = use(**store);
        failed = disk.has_failed();
      }
      EXPECT_EQ((*store)->broken() != nullptr, failed);
      if (!failed) connection.forget();
    }
    check_stored(answers);
  }
}

TEST_F(FailingStoreTest, AFullDiskRefusesVisitsUntilThereIsSpace) {
  const auto store = open();
  add(**store, 41, start_);
  for (int nth = 1; nth <= 4; ++nth) {
    const FailingDisk disk(FailingDisk::Calls::writes, ENOSPC, nth);
    while (!disk.has_failed()) add(**store, 1, start_);
    const auto before = (*store)->read(main_, start_);
    EXPECT_EQ(add(**store, 1, start_).outcome, Outcome::not_counted);
    const auto after = (*store)->read(main_, start_);
    EXPECT_EQ((*before)->visit_count, (*after)->visit_count);
  }
  EXPECT_EQ((*store)->broken(), nullptr);
  EXPECT_EQ(add(**store, 1, start_).outcome, Outcome::counted);
}

// A batch that does not fit into the cache is written before it is committed.
TEST_F(FailingStoreTest, ABatchThatADiskHasNoSpaceForIsTakenBackWhole) {
  AbandonedConnection connection;
  auto store = open();
  add(**store, 41, start_);
  sqlite3_exec(connection.handle(), "PRAGMA cache_size=1; PRAGMA cache_spill=1", nullptr, nullptr, nullptr);
  std::vector<counter::Counter> counters;
  counters.reserve(100);
  for (int i = 0; i < 100; ++i) {
    counters.push_back({*counter::CounterId::parse(fmt::format("counter-{}-{}", i, std::string(100, 'x')))});
  }
  std::vector<counter::Addition> batch;
  batch.reserve(counters.size());
  for (const auto& counter : counters) batch.push_back({.counter = &counter, .visits = 1});
  {
    const FailingDisk disk(FailingDisk::Calls::writes, ENOSPC);
    (*store)->add(batch, start_);
    EXPECT_TRUE(std::ranges::all_of(batch, [](const auto& each) { return each.outcome == Outcome::not_counted; }));
  }
  EXPECT_EQ((*store)->broken(), nullptr);
  EXPECT_EQ(*(*store)->read(counters.front(), start_), std::nullopt);
  EXPECT_EQ(add(**store, 1, start_).count_after, 42U);
  store->reset();
  connection.forget();
}

TEST_F(FailingStoreTest, HoursThatADiskHasNoSpaceToFoldAreTakenBackWhole) {
  {
    const auto store = open();
    for (int i = 1; i < 500; ++i) add(**store, 1, start_ - limits::hours_kept + std::chrono::hours(i));
  }
  const WallTime later = start_ + std::chrono::days(30);
  const auto sum = [&](SqliteStore& store) {
    std::uint64_t visits = 0;
    const auto history = store.history(main_, {.from = {}, .until = std::chrono::floor<std::chrono::hours>(start_)});
    for (const counter::HourVisits& hour : **history) visits += hour.visits;
    return std::pair((*history)->size(), visits);
  };
  AbandonedConnection connection;
  auto store = open();
  sqlite3_exec(connection.handle(), "PRAGMA cache_size=1; PRAGMA cache_spill=1", nullptr, nullptr, nullptr);
  {
    const FailingDisk disk(FailingDisk::Calls::writes, ENOSPC);
    EXPECT_EQ(add(**store, 1, later).outcome, Outcome::not_counted);
  }
  EXPECT_EQ((*store)->broken(), nullptr);
  EXPECT_EQ(sum(**store), std::pair(std::size_t{499}, std::uint64_t{499}));
  EXPECT_EQ(add(**store, 1, later).count_after, 500U);
  EXPECT_EQ(sum(**store), std::pair(std::size_t{22}, std::uint64_t{499}));
  store->reset();
  connection.forget();
}

TEST_F(FailingStoreTest, ACountThatCannotBeReadIsNotServed) {
  add(**open(), 41, start_);
  const AbandonedConnection connection;
  const auto store = open();
  sqlite3_db_release_memory(connection.handle());
  {
    const FailingDisk disk(FailingDisk::Calls::reads, EIO);
    EXPECT_FALSE((*store)->read(main_, start_));
  }
  EXPECT_NE((*store)->broken(), nullptr);
  EXPECT_EQ(add(**store, 1, start_).outcome, Outcome::not_counted);
  EXPECT_FALSE((*store)->set(main_, 1, start_));
}

}  // namespace
}  // namespace vc::store
