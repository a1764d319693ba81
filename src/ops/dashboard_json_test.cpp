#include "ops/dashboard_json.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace vc::ops {
namespace {

using namespace std::chrono_literals;
using counter::History;
using counter::HourVisits;
using counter::StoreError;
using counter::StoreFault;

constexpr std::chrono::sys_time<std::chrono::hours> hour{495'000h};

DashboardFigures figures() {
  return {.time = hour,
          .record = counter::Record{.visit_count = 7},
          .today = History(std::vector<HourVisits>{{hour, 3}}),
          .present = {.version = "1.0",
                      .store = "sqlite",
                      .started = WallTime(2s),
                      .queued_visits = 1,
                      .queued_visits_max = 2,
                      .log_lines_dropped = 3,
                      .listeners = {{"public", 4, 5}}},
          .totals = {},
          .traffic = {.looked_back = 10s, .requests_per_second = 2.5, .answered = 25, .requests_per_steps = {2, 3}}};
}

boost::json::object parsed(const std::string& text) { return boost::json::parse(text).as_object(); }

TEST(DashboardJson, TellsHowThingsStand) {
  const auto object = parsed(to_json(figures()));
  EXPECT_EQ(object.at("time"), "2026-06-21T00:00:00Z");
  EXPECT_EQ(object.at("total"), 7);
  EXPECT_EQ(object.at("today"), boost::json::parse("[[495000, 3]]"));
  EXPECT_EQ(object.at("store"), boost::json::parse(R"({"kind":"sqlite","trouble":null,"queued":1,"queued_max":2})"));
  EXPECT_EQ(object.at("listeners"), boost::json::parse(R"({"public":[4,5]})"));
  EXPECT_EQ(object.at("traffic").at("rates"), boost::json::parse("[2E0,3E0]"));
  EXPECT_EQ(object.at("visits").at("not-counted"), 0);
}

TEST(DashboardJson, TellsACounterWithoutARecordAsZero) {
  DashboardFigures empty = figures();
  empty.record = std::nullopt;
  EXPECT_EQ(parsed(to_json(empty)).at("total"), 0);
}

TEST(DashboardJson, TellsTroubleInPublicWordsOnly) {
  DashboardFigures failing = figures();
  failing.record = std::unexpected(StoreError{StoreFault::storage, "/secret/path"});
  failing.today = std::unexpected(StoreError{StoreFault::storage, "/secret/path"});
  const std::string text = to_json(failing);
  EXPECT_EQ(parsed(text).at("store").at("trouble"), "Storage failure");
  EXPECT_TRUE(parsed(text).at("total").is_null());
  EXPECT_TRUE(parsed(text).at("today").is_null());
  EXPECT_EQ(text.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace vc::ops
