#include "store/dynamodb/item.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include "limits.hpp"

namespace vc::store::dynamodb {
namespace {

using namespace std::chrono_literals;
using counter::Counter;
using counter::CounterId;

const Counter kept{*CounterId::parse("kept")};
const Counter brief{*CounterId::parse("brief"), std::chrono::days(30)};

Result<Item> read(std::string_view attributes, const Counter& counter = kept) {
  return read_item(boost::json::parse(attributes).as_object(), counter, 7);
}

TEST(Item, IsTheRecordAndTheWritersOwnSlot) {
  const auto item = read(R"({"visit_count": {"N": "9"}, "created_date": {"S": "then"}, "last_updated": {"S": "now"},
                             "s7": {"N": "18446744073709551617"}, "a7": {"N": "8"}, "s1": {"S": "another's"}})");
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_EQ(item->record->visit_count, 9U);
  EXPECT_EQ(item->record->created_date, "then");
  EXPECT_EQ(item->record->last_updated, "now");
  EXPECT_EQ(item->sequence, (Sequence{1, 1}));
  EXPECT_EQ(item->ended_at, 8U);
}

TEST(Item, HasNoRecordWithoutACount) {
  const auto item = read(R"({"s7": {"N": "1"}})");
  ASSERT_TRUE(item);
  EXPECT_FALSE(item->record);
  EXPECT_TRUE(item->sequence);
}

TEST(Item, TakesOnlyWholeNumbersInTheirRange) {
  for (const char* bad :
       {R"({"N": "1.0"})", R"({"N": "1E3"})", R"({"N": "-1"})", R"({"N": "+1"})", R"({"N": ""})", R"({"N": " 1"})",
        R"({"N": "0x1"})", R"({"N": "9007199254740992"})", R"({"N": 1})", R"({"S": "1"})", R"({"N": "1", "S": "1"})",
        R"({})", R"([])", R"("1")", R"(1)", R"(null)", R"({"N": "99999999999999999999999999999999999999"})"}) {
    EXPECT_FALSE(read(std::string(R"({"visit_count": )").append(bad).append("}"))) << bad;
    EXPECT_FALSE(read(std::string(R"({"visit_count": {"N": "1"}, "a7": )").append(bad).append("}"))) << bad;
  }
  EXPECT_TRUE(read(R"({"visit_count": {"N": "0"}})"));
  EXPECT_TRUE(read(R"({"visit_count": {"N": "9007199254740991"}})"));
}

TEST(Item, TakesOnlySequencesThatOthersFitAbove) {
  for (const char* bad : {R"({"N": "-1"})", R"({"N": "1.5"})", R"({"S": "1"})", R"({"N": ""})", R"([])",
                          R"({"N": "99999999999999999999999999999999999999"})"}) {
    EXPECT_FALSE(read(std::string(R"({"visit_count": {"N": "1"}, "s7": )").append(bad).append("}"))) << bad;
  }
}

TEST(Item, LeavesDatesEmptyThatAreNoText) {
  const auto item = read(R"({"visit_count": {"N": "1"}, "created_date": {"N": "5"}, "last_updated": null})");
  ASSERT_TRUE(item);
  EXPECT_EQ(item->record->created_date, "");
  EXPECT_EQ(item->record->last_updated, "");
}

TEST(Item, ReadsItsExpiryOnlyForACounterThatExpires) {
  const char* const expiring = R"({"visit_count": {"N": "1"}, "ItemExpireTTL": {"N": "100"}})";
  EXPECT_FALSE(read(expiring, kept)->record->expires);
  EXPECT_EQ(read(expiring, brief)->record->expires, std::chrono::sys_seconds(100s));
  EXPECT_FALSE(read(expiring, brief)->live(brief, WallTime(100s)));
  EXPECT_TRUE(read(expiring, brief)->live(brief, WallTime(99s)));
  EXPECT_TRUE(read(expiring, kept)->live(kept, WallTime(100s)));
  const char* const odd = R"({"visit_count": {"N": "1"}, "ItemExpireTTL": {"S": "soon"}})";
  EXPECT_TRUE(read(odd, kept));
  EXPECT_FALSE(read(odd, brief));
}

TEST(Item, IsLiveWithARecordAlone) {
  EXPECT_FALSE(Item{}.live(kept, WallTime{}));
  EXPECT_TRUE(Item{.record = counter::Record{}}.live(brief, WallTime{})) << "without an expiry";
}

}  // namespace
}  // namespace vc::store::dynamodb
