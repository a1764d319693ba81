#include "store/sqlite/database.hpp"

#include <gtest/gtest.h>

#include "limits.hpp"

namespace vc::store::sqlite {
namespace {

TEST(Database, ReadsWhatIsNull) {
  auto database = Database::open(":memory:");
  ASSERT_TRUE(database);
  EXPECT_EQ(database->text("SELECT NULL"), "");
  EXPECT_EQ(database->integer("SELECT NULL"), 0);
}

TEST(Database, SaysWhyItIsNotOpened) {
  const auto database = Database::open("/nonexistent/visits.db");
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().primary(), SQLITE_CANTOPEN);
  EXPECT_EQ(database.error().message, "unable to open database file");
}

TEST(OneLine, IsShortAndPlain) {
  EXPECT_EQ(one_line("two\nlines \x01\xC3\xA9"), "two lines ???");
  EXPECT_EQ(one_line(std::string(10'000, 'x')).size(), limits::store_words_bytes_max);
}

}  // namespace
}  // namespace vc::store::sqlite
