#include "ops/history_json.hpp"

#include <gtest/gtest.h>

namespace vc::ops {
namespace {

using namespace std::chrono_literals;
using counter::History;
using counter::HourVisits;
using counter::StoreError;
using counter::StoreFault;

constexpr std::chrono::sys_time<std::chrono::hours> hour{495'000h};

TEST(HistoryJson, TellsAHistoryOrThatThereIsNone) {
  EXPECT_EQ(to_json(History(std::vector<HourVisits>{{hour, 1}, {hour + 2h, 5}})),
            R"({"hours":[[495000,1],[495002,5]]})");
  EXPECT_EQ(to_json(History()), R"({"hours":null})");
  EXPECT_EQ(to_json(std::unexpected(StoreError{StoreFault::timeout, "x"})), R"({"trouble":"Connection timeout"})");
}

TEST(HistoryJson, IsReadAsItWasWritten) {
  for (const History& history :
       {History(), History(std::vector<HourVisits>{}), History(std::vector<HourVisits>{{hour, 1}, {hour + 2h, 5}})}) {
    const auto read = parse_history(to_json(history));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, history);
  }
}

TEST(HistoryJson, IsNothingElse) {
  for (const char* text : {"", "[]", "{}", R"({"trouble": "Storage failure"})", R"({"hours": 1})", R"({"hours": [1]})",
                           R"({"hours": [[1]]})", R"({"hours": [[1, 2, 3]]})", R"({"hours": [["1", 2]]})",
                           R"({"hours": [[1, -2]]})", R"({"hours": [[1e99, 2]]})"}) {
    EXPECT_FALSE(parse_history(text)) << text;
  }
}

}  // namespace
}  // namespace vc::ops
