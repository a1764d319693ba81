#include "base/random.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace vc {
namespace {

std::string text(const Uuid& uuid) { return {uuid.begin(), uuid.end()}; }

TEST(Random, MakesUuidsOfVersion4) {
  const std::regex shape("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  Random random;
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(std::regex_match(text(random.uuid()), shape));
}

TEST(Random, MakesDistinctUuids) {
  Random random;
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(text(random.uuid()));
  EXPECT_EQ(seen.size(), 10'000U);
}

TEST(Random, DiffersBetweenGenerators) { EXPECT_NE(Random().bits(), Random().bits()); }

TEST(Random, RepeatsForASeed) { EXPECT_EQ(Random(7).uuid(), Random(7).uuid()); }

}  // namespace
}  // namespace vc
