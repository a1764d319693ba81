#include "store/dynamodb/requests.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace vc::store::dynamodb {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using counter::Counter;
using counter::CounterId;

constexpr WallTime noon = std::chrono::sys_days{2026y / 11 / 22} + 12h;
constexpr Sequence sequence{1, 2};
const Counter kept{*CounterId::parse("main_counter")};
const Counter brief{*CounterId::parse("brief"), std::chrono::days(30)};

json::object parsed(const std::string& body) { return json::parse(body).as_object(); }

std::string member(const json::object& body, std::string_view name) { return std::string(body.at(name).as_string()); }

TEST(Requests, IncrementTheRecordThatIsThere) {
  const json::object body = parsed(update("visits", {Change::Kind::add, &kept, 3, noon}, Form::live, 5, sequence));
  EXPECT_EQ(member(body, "TableName"), "visits");
  EXPECT_EQ(json::serialize(body.at("Key")), R"({"counter_id":{"S":"main_counter"}})");
  EXPECT_EQ(member(body, "UpdateExpression"),
            "SET a5 = visit_count + :n, s5 = :q, last_updated = :t REMOVE ItemExpireTTL ADD visit_count :n");
  EXPECT_EQ(member(body, "ConditionExpression"),
            "visit_count BETWEEN :zero AND :room AND attribute_not_exists(s5) OR "
            "visit_count BETWEEN :zero AND :room AND s5 < :q");
  EXPECT_EQ(body.at("ExpressionAttributeValues"),
            json::parse(R"({":n":{"N":"3"},":q":{"N":"18446744073709551618"},":t":{"S":"2026-11-22T12:00:00Z"},
                            ":zero":{"N":"0"},":room":{"N":"9007199254740988"}})"));
}

TEST(Requests, IncrementNoExpiredRecord) {
  const json::object body = parsed(update("visits", {Change::Kind::add, &brief, 3, noon}, Form::live, 0, sequence));
  EXPECT_EQ(member(body, "UpdateExpression"),
            "SET a0 = visit_count + :n, s0 = :q, last_updated = :t, ItemExpireTTL = :e ADD visit_count :n");
  EXPECT_EQ(member(body, "ConditionExpression"),
            "visit_count BETWEEN :zero AND :room AND (attribute_not_exists(ItemExpireTTL) OR ItemExpireTTL > :now) AND "
            "attribute_not_exists(s0) OR "
            "visit_count BETWEEN :zero AND :room AND (attribute_not_exists(ItemExpireTTL) OR ItemExpireTTL > :now) AND "
            "s0 < :q");
  const json::object& values = body.at("ExpressionAttributeValues").as_object();
  EXPECT_EQ(json::serialize(values.at(":now")), R"({"N":"1795348800"})");
  EXPECT_EQ(json::serialize(values.at(":e")), R"({"N":"1797940800"})");
}

TEST(Requests, CreateTheRecordThatIsNotThere) {
  const json::object body = parsed(update("visits", {Change::Kind::add, &kept, 3, noon}, Form::absent, 5, sequence));
  EXPECT_EQ(member(body, "UpdateExpression"),
            "SET visit_count = :n, a5 = :n, created_date = :t, s5 = :q, last_updated = :t REMOVE ItemExpireTTL");
  EXPECT_EQ(member(body, "ConditionExpression"),
            "attribute_not_exists(visit_count) AND attribute_not_exists(s5) OR "
            "attribute_not_exists(visit_count) AND s5 < :q");
}

TEST(Requests, CreateAnewTheRecordThatHasExpired) {
  const json::object body = parsed(update("visits", {Change::Kind::add, &brief, 3, noon}, Form::absent, 5, sequence));
  EXPECT_EQ(member(body, "ConditionExpression"),
            "(attribute_not_exists(visit_count) OR ItemExpireTTL <= :now) AND attribute_not_exists(s5) OR "
            "(attribute_not_exists(visit_count) OR ItemExpireTTL <= :now) AND s5 < :q");
}

TEST(Requests, SetACountAndKeepTheSlots) {
  const json::object body = parsed(update("visits", {Change::Kind::set, &kept, 0, noon}, Form::live, 5, sequence));
  EXPECT_EQ(member(body, "UpdateExpression"),
            "SET visit_count = :n, a5 = :n, s5 = :q, last_updated = :t REMOVE ItemExpireTTL");
  EXPECT_EQ(member(body, "ConditionExpression"),
            "attribute_exists(visit_count) AND attribute_not_exists(s5) OR attribute_exists(visit_count) AND s5 < :q");
}

TEST(Requests, SetACountOnlyFromTheOneThatIsExpected) {
  const json::object body = parsed(update("visits", {Change::Kind::set, &kept, 7, noon, 5}, Form::live, 5, sequence));
  EXPECT_EQ(member(body, "ConditionExpression"),
            "attribute_exists(visit_count) AND visit_count = :x AND attribute_not_exists(s5) OR "
            "attribute_exists(visit_count) AND visit_count = :x AND s5 < :q");
  EXPECT_EQ(body.at("ExpressionAttributeValues").at(":x").at("N").as_string(), "5");
}

TEST(Requests, ListATablePageByPage) {
  EXPECT_EQ(scan("visits", ""),
            R"({"TableName":"visits","ConsistentRead":true,"Limit":100,)"
            R"("ProjectionExpression":"counter_id, visit_count, created_date, last_updated, ItemExpireTTL"})");
  EXPECT_EQ(parsed(scan("visits", "main_counter")).at("ExclusiveStartKey").at("counter_id").at("S").as_string(),
            "main_counter");
}

TEST(Requests, NameEveryValueThatTheyGiveAndNoOther) {
  for (const auto kind : {Change::Kind::add, Change::Kind::set}) {
    for (const Counter* counter : {&kept, &brief}) {
      for (const auto form : {Form::live, Form::absent}) {
        const json::object body = parsed(update("visits", {kind, counter, 1, noon}, form, 5, sequence));
        const std::string expressions =
            member(body, "UpdateExpression") + " " + member(body, "ConditionExpression") + " ";
        for (const auto& [name, value] : body.at("ExpressionAttributeValues").as_object()) {
          EXPECT_TRUE(expressions.find(std::string(name) + " ") != std::string::npos ||
                      expressions.find(std::string(name) + ",") != std::string::npos ||
                      expressions.find(std::string(name) + ")") != std::string::npos)
              << name;
        }
      }
    }
  }
}

TEST(Requests, ReadWithoutMissingTheLastWrite) {
  EXPECT_EQ(get("visits", kept),
            R"({"TableName":"visits","Key":{"counter_id":{"S":"main_counter"}},"ConsistentRead":true})");
}

}  // namespace
}  // namespace vc::store::dynamodb
