#include "gateway/ids.hpp"

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

}  // namespace
}  // namespace vc::gateway
