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
  EXPECT_EQ(parse_correction(R"({"visit_count": 7})"), 7U);
  EXPECT_EQ(parse_correction(R"({"visit_count": 0})"), 0U);
  EXPECT_EQ(parse_correction(R"({"visit_count": 9007199254740991})"), 9007199254740991U);
}

TEST(Correction, IsNothingElse) {
  for (const char* json :
       {"", "7", "[]", "{}", "{", R"({"visit_count": -1})", R"({"visit_count": 1.5})", R"({"visit_count": 1.0})",
        R"({"visit_count": "7"})", R"({"visit_count": null})", R"({"visit_count": 9007199254740992})",
        R"({"visit_count": 1e3})", R"({"visit_count": 7, "created_date": "x"})", R"({"visits": 7})",
        R"({"visit_count": 7} {})"}) {
    EXPECT_FALSE(parse_correction(json)) << json;
  }
}

TEST(VisitCount, IsReadFromARecord) {
  EXPECT_EQ(parse_visit_count(to_json(*CounterId::parse("a"), {.visit_count = 12})), 12U);
  EXPECT_FALSE(parse_visit_count("<html>"));
}

}  // namespace
}  // namespace vc::ops
