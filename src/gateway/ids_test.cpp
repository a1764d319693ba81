#include "gateway/ids.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "base/time_text.hpp"

namespace vc::gateway {
namespace {

TEST(Ids, HaveTheShapesOfApiGateway) {
  using namespace std::chrono_literals;
  const WallTime now = std::chrono::sys_days{2026y / 11 / 22} + 11h;
  Random random;
  for (int i = 0; i < 100; ++i) {
    const Ids ids = make_ids(random, now);
    EXPECT_TRUE(
        std::regex_match(std::string(view(ids.extended_id)), std::regex("[A-Za-z0-9_-]{14}[AEIMQUYcgkosw048]=")));
    EXPECT_TRUE(std::regex_match(std::string(view(ids.trace_id)), std::regex("Root=1-6b02cb30-[0-9a-f]{24}")))
        << view(ids.trace_id);
  }
}

TEST(Ids, AreDistinct) {
  Random random;
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const Ids ids = make_ids(random, WallTime{});
    seen.emplace(view(ids.request_id));
    seen.emplace(view(ids.extended_id));
    seen.emplace(view(ids.trace_id));
  }
  EXPECT_EQ(seen.size(), 3'000U);
}

/// The trace of a request with these fields; empty if it has none of its own, and one begins.
std::string taken_over(std::string_view fields) {
  Random random(1);
  const TraceId begun = make_ids(random, WallTime{}).trace_id;
  random = Random(1);
  const TraceId trace = make_ids(random, WallTime{}, http::Fields(fields)).trace_id;
  return trace == begun ? "" : std::string(view(trace));
}

constexpr std::string_view amazon = "Root=1-5759e988-bd862e3fe1be46a994272793";

TEST(Ids, GoOnWithTheTraceOfAnAmazonHeader) {
  EXPECT_EQ(taken_over("X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793\r\n"), amazon);
  EXPECT_EQ(taken_over("x-amzn-trace-id: Self=1-a;Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1\r\n"), amazon);
  EXPECT_EQ(taken_over("X-Amzn-Trace-Id: Parent=53995c3f42cd8ad8; Root=1-5759e988-bd862e3fe1be46a994272793\r\n"),
            amazon);
}

TEST(Ids, GoOnWithTheTraceOfAW3cHeader) {
  EXPECT_EQ(taken_over("traceparent: 00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01\r\n"), amazon);
  EXPECT_EQ(taken_over("traceparent: 01-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01-more\r\n"), amazon);
  EXPECT_EQ(taken_over("traceparent: 00-0af7651916cd43dd8448eb211c80319c-53995c3f42cd8ad8-01\r\n"
                       "X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793\r\n"),
            amazon)
      << "of two, Amazon's";
}

TEST(Ids, BeginATraceWhereTheClientsIsNotWellFormed) {
  for (const std::string_view value :
       {"", "Root=", "root=1-5759e988-bd862e3fe1be46a994272793", "Root=1-5759e988-bd862e3fe1be46a99427279",
        "Root=1-5759e988-bd862e3fe1be46a9942727933", "Root=2-5759e988-bd862e3fe1be46a994272793",
        "Root=1-5759e988bd862e3fe1be46a9942727930", "Root=1-5759E988-bd862e3fe1be46a994272793",
        "Root=1-5759e98g-bd862e3fe1be46a994272793", "Root=1-5759e988-bd862e3fe1be46a99427279\"",
        "Root=1;Root=1-5759e988-bd862e3fe1be46a994272793", "Parent=53995c3f42cd8ad8"}) {
    EXPECT_EQ(taken_over(fmt::format("X-Amzn-Trace-Id: {}\r\n", value)), "") << value;
  }
  for (const std::string_view value : {"", "00", "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-0",
                                       "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01-more",
                                       "01-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01more",
                                       "ff-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
                                       "00-5759E988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
                                       "00-00000000000000000000000000000000-53995c3f42cd8ad8-01",
                                       "00-5759e988bd862e3fe1be46a994272793-0000000000000000-01",
                                       "00_5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
                                       "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-0g"}) {
    EXPECT_EQ(taken_over(fmt::format("traceparent: {}\r\n", value)), "") << value;
  }
}

}  // namespace
}  // namespace vc::gateway
