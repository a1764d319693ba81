#include "store/dynamodb/retries.hpp"

#include <gtest/gtest.h>

namespace vc::store::dynamodb {
namespace {

TEST(Retries, AreForWhatMayYetWork) {
  Retries retries{Random(1)};
  for (const Verdict verdict : {Verdict::not_sent, Verdict::throttled, Verdict::unclear}) {
    EXPECT_TRUE(retries.next(verdict, 0));
  }
  for (const Verdict verdict : {Verdict::refused, Verdict::credentials, Verdict::done, Verdict::condition_failed}) {
    EXPECT_FALSE(retries.next(verdict, 0));
  }
}

TEST(Retries, WaitARandomPartOfABoundThatDoubles) {
  Random seeds(1);
  for (int attempt = 0; attempt < limits::dynamodb_retries_max; ++attempt) {
    const auto bound = std::min(std::chrono::milliseconds(limits::dynamodb_first_pause) * (1 << attempt),
                                std::chrono::milliseconds(limits::dynamodb_pause_max));
    auto shortest = bound;
    auto longest = std::chrono::milliseconds::zero();
    for (int i = 0; i < 300; ++i) {
      const auto pause = *Retries(Random(seeds.bits())).next(Verdict::unclear, attempt);
      shortest = std::min(shortest, pause);
      longest = std::max(longest, pause);
    }
    EXPECT_LE(longest, bound);
    EXPECT_GE(longest, bound * 3 / 4);
    EXPECT_LE(shortest, bound / 4);
  }
}

TEST(Retries, OfOneRequestComeToAnEnd) {
  EXPECT_FALSE(Retries{Random(1)}.next(Verdict::unclear, limits::dynamodb_retries_max));
}

TEST(Retries, AreAFewWhereEverythingFails) {
  Retries retries{Random(1)};
  int granted = 0;
  for (int i = 0; i < 1'000; ++i) granted += retries.next(Verdict::throttled, 0) ? 1 : 0;
  EXPECT_EQ(granted, limits::dynamodb_retry_budget / limits::dynamodb_refused_cost);
}

TEST(Retries, OfThrottledRequestsAreATenthOfTheSuccesses) {
  Retries retries{Random(1)};
  while (retries.next(Verdict::throttled, 0)) {
  }
  int granted = 0;
  for (int i = 0; i < 1'000; ++i) {
    retries.succeeded();
    granted += retries.next(Verdict::throttled, 0) ? 1 : 0;
  }
  EXPECT_EQ(granted, 100);
}

TEST(Retries, NeverEndWhereOneAnswerInTenIsLost) {
  Retries retries{Random(1)};
  for (int i = 0; i < 10'000; ++i) {
    retries.succeeded();
    if (i % 10 == 0) {
      EXPECT_TRUE(retries.next(Verdict::unclear, 0));
    }
  }
}

}  // namespace
}  // namespace vc::store::dynamodb
