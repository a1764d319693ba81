#include "store/dynamodb/sequence.hpp"

#include <gtest/gtest.h>

namespace vc::store::dynamodb {
namespace {

using namespace std::chrono_literals;

constexpr WallTime noon = std::chrono::sys_days{2026y / 11 / 22} + 12h;

TEST(Sequence, IsADecimalNumber) {
  EXPECT_EQ(text({0, 0}), "0");
  EXPECT_EQ(text({0, 42}), "42");
  EXPECT_EQ(text({1, 0}), "18446744073709551616");
  EXPECT_EQ(text({1'795'348'800'000, 0}), "33118339836641555042323660800000");
}

TEST(Sequence, IsReadAsItIsWritten) {
  Random random(1);
  for (int i = 0; i < 1'000; ++i) {
    const Sequence sequence{random.bits() >> (i % 58 + 6), random.bits() >> (i % 64)};
    EXPECT_EQ(parse_sequence(text(sequence)), sequence) << text(sequence);
  }
}

TEST(Sequence, IsAWholeNumberAndNothingElse) {
  for (const char* bad : {"", "-1", "+1", "1.0", "1e3", " 1", "1 ", "0x1", "10000000000000000000000000000000000000"}) {
    EXPECT_FALSE(parse_sequence(bad)) << bad;
  }
  EXPECT_TRUE(parse_sequence("9999999999999999999999999999999999999"));
}

TEST(Sequence, IsOrderedByTimeFirst) {
  EXPECT_LT((Sequence{1, ~std::uint64_t{0}}), (Sequence{2, 0}));
  EXPECT_LT((Sequence{1, 1}), (Sequence{1, 2}));
}

TEST(Sequences, GrowWhateverTheClockDoes) {
  Sequences sequences{Random(1)};
  Sequence last = sequences.next(noon);
  EXPECT_EQ(last.milliseconds, static_cast<std::uint64_t>(noon.time_since_epoch().count()));
  for (const WallTime now : {noon, noon - 1h, noon + 1ms, WallTime(-5ms), noon + 1h}) {
    const Sequence next = sequences.next(now);
    EXPECT_GT(next, last);
    last = next;
  }
}

TEST(Sequences, PassEveryNumberThatTheySaw) {
  Sequences sequences{Random(1)};
  const Sequence ahead{static_cast<std::uint64_t>((noon + 1h).time_since_epoch().count()), ~std::uint64_t{0}};
  sequences.seen(ahead);
  EXPECT_GT(sequences.next(noon), ahead);
}

}  // namespace
}  // namespace vc::store::dynamodb
