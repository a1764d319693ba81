#include "counter/visit_batcher.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace vc::counter {
namespace {

const Counter main_counter{*CounterId::parse("main_counter")};
const Counter same_counter{*CounterId::parse("main_counter")};
const Counter preview{*CounterId::parse("main_counter.preview.blue"), std::chrono::days(30)};

class VisitBatcherTest : public testing::Test {
 protected:
  JobQueue<Visit> visits(std::initializer_list<const Counter*> counters) {
    JobQueue<Visit> queue;
    for (const Counter* counter : counters) queue.push(made_.emplace_back(*counter));
    return queue;
  }

  static void count(Addition& addition, Count after) {
    addition.outcome = Outcome::counted;
    addition.count_after = after;
  }

  static std::vector<Count> numbers(JobQueue<Visit> answered) {
    std::vector<Count> numbers;
    while (!answered.empty()) numbers.push_back(answered.pop().number);
    return numbers;
  }

  static std::vector<Outcome> outcomes(JobQueue<Visit> answered) {
    std::vector<Outcome> outcomes;
    while (!answered.empty()) outcomes.push_back(answered.pop().outcome);
    return outcomes;
  }

  std::deque<Visit> made_;
  VisitBatcher batcher_{4};
};

TEST_F(VisitBatcherTest, HasNothingToDoAtFirst) { EXPECT_FALSE(batcher_.ready()); }

TEST_F(VisitBatcherTest, MakesOneBatchOfWhatGathered) {
  EXPECT_TRUE(batcher_.submit(visits({&main_counter})).empty());
  EXPECT_TRUE(batcher_.submit(visits({&main_counter, &main_counter})).empty());
  ASSERT_TRUE(batcher_.ready());
  const auto batch = batcher_.take();
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch[0].visits, 3U);
  EXPECT_EQ(batch[0].counter->id, main_counter.id);
}

TEST_F(VisitBatcherTest, NumbersVisitsInOrderOfArrivalUpToTheStoresCount) {
  EXPECT_TRUE(batcher_.submit(visits({&main_counter, &main_counter, &main_counter})).empty());
  count(batcher_.take()[0], 43);
  EXPECT_EQ(numbers(batcher_.complete()), (std::vector<Count>{41, 42, 43}));
}

TEST_F(VisitBatcherTest, KeepsCountersApart) {
  EXPECT_TRUE(batcher_.submit(visits({&main_counter, &preview, &same_counter})).empty());
  const auto batch = batcher_.take();
  ASSERT_EQ(batch.size(), 2U);
  count(batch[0], 10);
  batch[1].outcome = Outcome::unknown;
  auto answered = batcher_.complete();
  EXPECT_EQ(answered.pop().number, 9U);
  EXPECT_EQ(answered.pop().outcome, Outcome::unknown);
  EXPECT_EQ(answered.pop().number, 10U);
}

TEST_F(VisitBatcherTest, HasOneBatchInFlight) {
  EXPECT_TRUE(batcher_.submit(visits({&main_counter})).empty());
  count(batcher_.take()[0], 1);
  EXPECT_TRUE(batcher_.submit(visits({&main_counter})).empty());
  EXPECT_FALSE(batcher_.ready());
  EXPECT_EQ(numbers(batcher_.complete()), std::vector<Count>{1});
  EXPECT_TRUE(batcher_.ready());
}

TEST_F(VisitBatcherTest, RefusesAtOnceWhatDoesNotFit) {
  auto refused = batcher_.submit(
      visits({&main_counter, &main_counter, &main_counter, &main_counter, &main_counter, &main_counter}));
  EXPECT_EQ(outcomes(std::move(refused)), (std::vector<Outcome>{Outcome::not_counted, Outcome::not_counted}));
  EXPECT_EQ(batcher_.take()[0].visits, 4U);
}

TEST_F(VisitBatcherTest, TakesNewVisitsWhileABatchIsInFlight) {
  EXPECT_TRUE(batcher_.submit(visits({&main_counter, &main_counter, &main_counter, &main_counter})).empty());
  count(batcher_.take()[0], 4);
  EXPECT_TRUE(batcher_.submit(visits({&main_counter, &main_counter, &main_counter, &main_counter})).empty());
  EXPECT_EQ(batcher_.submit(visits({&main_counter})).size(), 1U);
}

TEST_F(VisitBatcherTest, PassesOnThatNothingWasCounted) {
  EXPECT_TRUE(batcher_.submit(visits({&main_counter, &main_counter})).empty());
  batcher_.take();
  EXPECT_EQ(outcomes(batcher_.complete()), (std::vector<Outcome>{Outcome::not_counted, Outcome::not_counted}));
}

TEST_F(VisitBatcherTest, DoesNotBelieveACountSmallerThanItsBatch) {
  EXPECT_TRUE(batcher_.submit(visits({&main_counter, &main_counter})).empty());
  count(batcher_.take()[0], 1);
  EXPECT_EQ(outcomes(batcher_.complete()), (std::vector<Outcome>{Outcome::unknown, Outcome::unknown}));
}

TEST_F(VisitBatcherTest, RefusesEverythingOnceItIsClosed) {
  EXPECT_TRUE(batcher_.submit(visits({&main_counter})).empty());
  count(batcher_.take()[0], 1);
  EXPECT_TRUE(batcher_.submit(visits({&main_counter})).empty());
  EXPECT_EQ(batcher_.close().size(), 1U);
  EXPECT_EQ(batcher_.submit(visits({&main_counter})).size(), 1U);
  EXPECT_EQ(numbers(batcher_.complete()), std::vector<Count>{1});  // what was in flight keeps its answer
  EXPECT_FALSE(batcher_.ready());
}

TEST_F(VisitBatcherTest, StopsTheProcessWhenItIsMisused) {
  EXPECT_DEATH(batcher_.take(), "one batch");
  EXPECT_DEATH((void)batcher_.complete(), "completed once");
}

}  // namespace
}  // namespace vc::counter
