#include "counter/store_queue.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "store/memory/store.hpp"

namespace vc::counter {
namespace {

const Counter main_counter{*CounterId::parse("main_counter")};
const Counter preview{*CounterId::parse("main_counter.preview.blue"), std::chrono::days(30)};
const WallTime now{std::chrono::milliseconds(1)};
using enum StoreQueue::Next;

class StoreQueueTest : public testing::Test {
 protected:
  /// Hands in so many of each kind.
  void submit(std::size_t visits, std::size_t reads = 0, std::size_t corrections = 0, std::size_t errands = 0) {
    Jobs jobs;
    for (std::size_t i = 0; i < visits; ++i) jobs.visits.push(on_tray(visits_.emplace_back(main_counter)));
    for (std::size_t i = 0; i < reads; ++i) jobs.reads.push(on_tray(reads_.emplace_back(main_counter)));
    for (std::size_t i = 0; i < corrections; ++i) {
      jobs.corrections.push(on_tray(corrections_.emplace_back(preview, 41)));
    }
    for (std::size_t i = 0; i < errands; ++i) {
      jobs.errands.push(on_tray(errands_.emplace_back([this](WallTime) { ++errands_run_; })));
    }
    queue_.submit(std::move(jobs));
  }

  template <class T>
  T& on_tray(T& job) {
    job.tray = &tray_;
    return job;
  }

  static std::string kind(const StoreWork& work) {
    if (!work.batch.empty()) return "visits";
    if (work.errand != nullptr) return "errand";
    return work.correction != nullptr ? "correction" : "reads";
  }

  std::string work_once() {
    EXPECT_EQ(queue_.next(), work);
    StoreWork taken = queue_.take();
    taken.perform(store_, now);
    std::string done = kind(taken);
    queue_.complete(std::move(taken), nullptr);
    return done;
  }

  /// A batch whose store gives this outcome and this error.
  void fail_once(Outcome outcome, const StoreError* broken) {
    StoreWork taken = queue_.take();
    for (Addition& addition : taken.batch) addition.outcome = outcome;
    queue_.complete(std::move(taken), broken);
  }

  std::vector<std::string> events_;
  StoreEvents recorder_{.trouble = [this](const StoreError&) { events_.emplace_back("trouble"); },
                        .recovered = [this] { events_.emplace_back("recovered"); },
                        .broken = [this](const StoreError&) { events_.emplace_back("broken"); }};
  const StoreError broken_{StoreFault::storage, "planted"};
  Tray tray_{[] {}};
  std::deque<Visit> visits_;
  std::deque<Read> reads_;
  std::deque<Correction> corrections_;
  std::deque<Errand> errands_;
  int errands_run_ = 0;
  store::MemoryStore store_;
  StoreQueue queue_{{.queued_visits_max = 4, .queued_reads_max = 4}, recorder_};
};

TEST_F(StoreQueueTest, WaitsWhileNothingIsHandedIn) {
  EXPECT_EQ(queue_.next(), wait);
  EXPECT_DEATH(queue_.take(), "there is work");
}

TEST_F(StoreQueueTest, AnswersAPieceOfWorkIntoTheTrayOfWhoHandedItIn) {
  submit(2);
  EXPECT_TRUE(queue_.take_to_wake().empty());
  EXPECT_EQ(work_once(), "visits");
  EXPECT_EQ(queue_.take_to_wake(), std::vector<const Tray*>{&tray_});
  EXPECT_EQ(tray_.take().size(), 2U);
  EXPECT_EQ(visits_[1].number, 2U);
}

TEST_F(StoreQueueTest, WakesAThreadOnceUntilItHasLooked) {
  submit(1);
  work_once();
  EXPECT_EQ(queue_.take_to_wake().size(), 1U);
  submit(1);
  work_once();
  EXPECT_EQ(queue_.take_to_wake().size(), 0U);
  EXPECT_EQ(tray_.take().size(), 2U);
  submit(1);
  work_once();
  EXPECT_EQ(queue_.take_to_wake().size(), 1U);
}

TEST_F(StoreQueueTest, CommitsFirstAndThenTakesEachKindInTurn) {
  submit(1, 1, 2, 1);
  EXPECT_EQ(work_once(), "visits");
  submit(1);
  EXPECT_EQ(work_once(), "correction");
  EXPECT_EQ(work_once(), "errand");
  EXPECT_EQ(work_once(), "reads");
  EXPECT_EQ(work_once(), "visits");
  EXPECT_EQ(work_once(), "correction");
  EXPECT_EQ(queue_.next(), wait);
  submit(1, 1);
  EXPECT_EQ(work_once(), "visits");
}

TEST_F(StoreQueueTest, RunsAnErrandBetweenTwoBatches) {
  submit(1, 0, 0, 1);
  EXPECT_EQ(work_once(), "visits");
  submit(1);
  EXPECT_EQ(work_once(), "errand");
  EXPECT_EQ(errands_run_, 1);
  EXPECT_FALSE(errands_[0].refused);
  EXPECT_EQ(work_once(), "visits");
  EXPECT_EQ(tray_.take().size(), 3U);
}

TEST_F(StoreQueueTest, DoesNotRunAnErrandThatItRefuses) {
  submit(0, 4);
  submit(0, 0, 0, 1);
  EXPECT_EQ(errands_[0].refused->fault, StoreFault::throttled);
  EXPECT_EQ(work_once(), "reads");
  submit(1, 0, 0, 1);
  fail_once(Outcome::unknown, &broken_);
  EXPECT_EQ(errands_[1].refused->fault, StoreFault::storage);
  submit(0, 0, 0, 1);
  EXPECT_EQ(errands_[2].refused->fault, StoreFault::storage);
  EXPECT_EQ(errands_run_, 0);
  EXPECT_EQ(tray_.take().size(), 8U);
}

TEST_F(StoreQueueTest, GathersWhatComesWhileABatchIsOut) {
  submit(1);
  StoreWork taken = queue_.take();
  submit(3);
  taken.perform(store_, now);
  queue_.complete(std::move(taken), nullptr);
  EXPECT_EQ(work_once(), "visits");
  EXPECT_EQ(queue_.next(), wait);
  EXPECT_EQ(visits_[3].number, 4U);
}

TEST_F(StoreQueueTest, RefusesAtOnceWhatDoesNotFit) {
  submit(5);
  EXPECT_EQ(tray_.take().size(), 1U);
  submit(0, 3, 1, 1);
  EXPECT_EQ(tray_.take().size(), 5U);
  EXPECT_EQ(errands_[0].refused->fault, StoreFault::throttled);
  EXPECT_EQ(reads_[0].result.error().fault, StoreFault::throttled);
}

TEST_F(StoreQueueTest, EndsWhenItWasStoppedAndEverythingIsAnswered) {
  submit(1, 1);
  queue_.stop();
  EXPECT_EQ(work_once(), "visits");
  submit(1);
  EXPECT_EQ(work_once(), "reads");
  EXPECT_EQ(work_once(), "visits");
  EXPECT_EQ(queue_.next(), end);
  EXPECT_EQ(tray_.take().size(), 3U);
  submit(1, 1);
  EXPECT_EQ(tray_.take().size(), 2U);
  EXPECT_EQ(visits_[2].outcome, Outcome::not_counted);
  EXPECT_EQ(reads_[1].result.error().fault, StoreFault::shutting_down);
  EXPECT_EQ(queue_.next(), end);
}

TEST_F(StoreQueueTest, RefusesEverythingOnceTheStoreIsBroken) {
  submit(1);
  StoreWork taken = queue_.take();
  taken.batch[0].outcome = Outcome::unknown;
  submit(1, 1, 1);
  queue_.complete(std::move(taken), &broken_);
  EXPECT_EQ(tray_.take().size(), 4U);
  EXPECT_EQ(visits_[0].outcome, Outcome::unknown);
  EXPECT_EQ(visits_[1].outcome, Outcome::not_counted);
  EXPECT_EQ(reads_[0].result.error().fault, StoreFault::storage);
  submit(1, 1);
  EXPECT_EQ(tray_.take().size(), 2U);
  EXPECT_EQ(queue_.next(), wait);
  EXPECT_EQ(events_, (std::vector<std::string>{"trouble", "broken"}));
}

TEST_F(StoreQueueTest, ReportsTroubleOnceAndItsEndOnce) {
  for (const Outcome outcome : {Outcome::not_counted, Outcome::unknown}) {
    submit(1);
    fail_once(outcome, nullptr);
  }
  submit(1);
  work_once();
  submit(1);
  work_once();
  EXPECT_EQ(events_, (std::vector<std::string>{"trouble", "recovered"}));
}

TEST_F(StoreQueueTest, TakesACountThatCannotBeForTrouble) {
  submit(2);
  StoreWork taken = queue_.take();
  taken.batch[0].outcome = Outcome::counted;
  taken.batch[0].count_after = 1;
  queue_.complete(std::move(taken), nullptr);
  EXPECT_EQ(visits_[0].outcome, Outcome::unknown);
  EXPECT_EQ(events_, std::vector<std::string>{"trouble"});
}

}  // namespace
}  // namespace vc::counter
