// A SQLite store in a directory of its own, for the tests beside its sources.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "store/sqlite/store.hpp"
#include "support/temporary_directory.hpp"

namespace vc::store {

using namespace std::chrono_literals;

class SqliteStoreTest : public testing::Test {
 protected:
  using Where = tests::TemporaryDirectory::Where;

  explicit SqliteStoreTest(Where where = Where::disk) : directory_(where) {}

  Result<std::unique_ptr<SqliteStore>> open() { return SqliteStore::open(file_, SqliteStore::IfAbsent::create); }

  std::string error_of_open() {
    const auto opened = open();
    return opened ? "it opened" : opened.error().message;
  }

  counter::Addition add(SqliteStore& store, std::uint64_t visits, WallTime now) {
    std::array batch = {counter::Addition{.counter = &main_, .visits = visits}};
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

  tests::TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_ / "state" / "visits.db";
  const counter::Counter main_{*counter::CounterId::parse("main_counter")};
  const WallTime start_ = std::chrono::sys_days{2026y / 11 / 22} + 18h + 40min;
};

}  // namespace vc::store
