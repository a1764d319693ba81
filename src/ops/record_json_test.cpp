#include "ops/record_json.hpp"

#include <gtest/gtest.h>

namespace vc::ops {
namespace {

using counter::CounterId;

TEST(RecordJson, HasTheNamesOfTheRecord) {
  EXPECT_EQ(to_json(*CounterId::parse("main_counter"),
                    {.visit_count = 5, .created_date = "2026-01-01T00:00:00Z", .last_updated = "2026-01-02T00:00:00Z"}),
            R"({"counter_id": "main_counter", "visit_count": 5, "created_date": "2026-01-01T00:00:00Z", )"
            R"("last_updated": "2026-01-02T00:00:00Z"})");
}

TEST(RecordJson, EscapesWhatAnOlderProgramWrote) {
  EXPECT_NE(to_json(*CounterId::parse("a"), {.created_date = "\"\n"}).find(R"("created_date": "\"\n")"),
            std::string::npos);
}

TEST(RecordJson, SaysWhenTheRecordExpires) {
  const std::string json =
      to_json(*CounterId::parse("a"), {.expires = std::chrono::sys_seconds(std::chrono::seconds(7))});
  EXPECT_NE(json.find(R"("ItemExpireTTL": 7)"), std::string::npos);
}

TEST(Correction, IsAWholeNumber) {
  EXPECT_EQ(parse_correction(R"({"visit_count": 7})"), (Correction{7, {}}));
  EXPECT_EQ(parse_correction(R"({"visit_count": 0})"), (Correction{0, {}}));
  EXPECT_EQ(parse_correction(R"({"visit_count": 9007199254740991})"), (Correction{9007199254740991U, {}}));
}

TEST(Correction, MaySayWhatItExpects) {
  EXPECT_EQ(parse_correction(R"({"visit_count": 7, "expected": 5})"), (Correction{7, 5}));
  for (const Correction& correction : {Correction{7, 5}, Correction{7, 0}, Correction{7, {}}}) {
    EXPECT_EQ(parse_correction(to_json(correction)), correction);
  }
}

TEST(Correction, IsNothingElse) {
  for (const char* json :
       {"", "7", "[]", "{}", "{", R"({"visit_count": -1})", R"({"visit_count": 1.5})", R"({"visit_count": 1.0})",
        R"({"visit_count": "7"})", R"({"visit_count": null})", R"({"visit_count": 9007199254740992})",
        R"({"visit_count": 1e3})", R"({"expected": 5})", R"({"visit_count": 7, "expected": -1})",
        R"({"visit_count": 7, "expected": 5, "more": 1})", R"({"visit_count": 7, "created_date": "x"})",
        R"({"visits": 7})", R"({"visit_count": 7} {})"}) {
    EXPECT_FALSE(parse_correction(json)) << json;
  }
}

TEST(Records, AreReadAsTheyWereWritten) {
  const std::vector<counter::Entry> none;
  const std::vector<counter::Entry> two = {
      {*CounterId::parse("a"), {.visit_count = 1, .created_date = "then", .last_updated = "2026-01-02T00:00:00Z"}},
      {*CounterId::parse("b"), {.visit_count = 2, .expires = std::chrono::sys_seconds(std::chrono::seconds(7))}}};
  EXPECT_TRUE(parse_records(to_json(none))->empty());
  const auto read = parse_records(to_json(two));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), to_json(two));
  EXPECT_EQ(to_json(two[1].id, parse_record(to_json(two[1].id, two[1].record))->record),
            to_json(two[1].id, two[1].record));
}

TEST(Records, AreNothingElse) {
  const std::string rest = R"("created_date": "x", "last_updated": "y")";
  for (const std::string& json :
       {std::string("{}"), "{" + rest + "}", R"({"counter_id": "a b", "visit_count": 1, )" + rest + "}",
        R"({"counter_id": 1, "visit_count": 1, )" + rest + "}",
        R"({"counter_id": "a", "visit_count": -1, )" + rest + "}",
        R"({"counter_id": "a", "visit_count": 1, "visits": 2, )" + rest + "}",
        R"({"counter_id": "a", "visit_count": 1, "ItemExpireTTL": "never", )" + rest + "}",
        std::string(R"({"counter_id": "a", "visit_count": 1, "created_date": "x"})"),
        std::string(R"({"counter_id": "a", "visit_count": 1, "created_date": 1, "last_updated": "y"})")}) {
    EXPECT_FALSE(parse_record(json)) << json;
    EXPECT_FALSE(parse_records("[" + json + "]")) << json;
  }
  for (const char* json : {"", "{}", "[1]", "[{]"}) EXPECT_FALSE(parse_records(json)) << json;
}

TEST(VisitCount, IsReadFromARecord) {
  EXPECT_EQ(parse_visit_count(to_json(*CounterId::parse("a"), {.visit_count = 12})), 12U);
  EXPECT_FALSE(parse_visit_count("<html>"));
}

}  // namespace
}  // namespace vc::ops
