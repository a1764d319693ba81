#include "counter/store_driver.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <set>
#include <thread>

#include "store/memory/store.hpp"

namespace vc::counter {
namespace {

const Counter main_counter{*CounterId::parse("main_counter")};
const SystemClock clock_of_test;

/// A store that can be held in the middle of an operation, told to fail, and asked what it was told to do.
class StagedStore final : public CounterStore {
 public:
  void add(std::span<Addition> batch, WallTime now) override {
    wait_at_gate();
    ++commits;
    if (fails) {
      for (Addition& addition : batch) addition.outcome = failure;
      if (breaks) broken_ = StoreError{StoreFault::storage, "planted"};
      return;
    }
    memory_.add(batch, now);
  }
  StoreResult<std::optional<Record>> read(const Counter& counter, WallTime now) override {
    wait_at_gate();
    ++reads;
    return memory_.read(counter, now);
  }
  StoreResult<Record> set(const Counter& counter, Count count, WallTime now) override {
    return memory_.set(counter, count, now);
  }
  const StoreError* broken() const override { return broken_ ? &*broken_ : nullptr; }

  void close_gate() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void open_gate() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for_someone_at_gate() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_; });
  }

  std::atomic<int> commits = 0;
  std::atomic<int> reads = 0;
  std::atomic<bool> fails = false;
  std::atomic<bool> breaks = false;
  std::atomic<Outcome> failure = Outcome::not_counted;

 private:
  void wait_at_gate() {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    waiting_ = false;
  }

  store::MemoryStore memory_;
  std::optional<StoreError> broken_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  bool waiting_ = false;
};

/// Stands in for an I/O thread's loop: sleeps until it is woken, then delivers.
class Lane {
 public:
  explicit Lane(StoreDriver& driver) : desk(driver, [this] { wake(); }, [this] { ++gathered; }) {}

  Resume done() {
    return {[](void* self) { ++static_cast<Lane*>(self)->delivered_; }, this};
  }

  void deliver_until(std::size_t delivered) {
    desk.flush();
    while (delivered_ < delivered) {
      {
        std::unique_lock lock(mutex_);
        woken_up_.wait(lock, [this] { return woken_; });
        woken_ = false;
      }
      desk.deliver();
    }
  }

  std::size_t wake_ups() const { return wake_ups_; }

  std::size_t gathered = 0;
  Desk desk;

 private:
  void wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    ++wake_ups_;
    woken_up_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable woken_up_;
  bool woken_ = false;
  std::size_t wake_ups_ = 0;
  std::size_t delivered_ = 0;
};

class StoreDriverTest : public testing::Test {
 protected:
  StoreDriver::Options options_{.queued_visits_max = 100, .queued_reads_max = 10};
  StagedStore store_;
  std::vector<std::string> events_;
  std::optional<StoreDriver> driver_;

  StoreDriver& start() {
    StoreEvents events{.trouble = [this](const StoreError&) { events_.emplace_back("trouble"); },
                       .recovered = [this] { events_.emplace_back("recovered"); },
                       .broken = [this](const StoreError&) { events_.emplace_back("broken"); }};
    return driver_.emplace(store_, clock_of_test, options_, std::move(events));
  }
};

TEST_F(StoreDriverTest, CountsAVisit) {
  Lane lane(start());
  Visit visit(main_counter);
  lane.desk.count(visit, lane.done());
  lane.deliver_until(1);
  EXPECT_EQ(visit.outcome, Outcome::counted);
  EXPECT_EQ(visit.number, 1U);
}

TEST_F(StoreDriverTest, CommitsOnceForAllThatGatheredAndWakesOnce) {
  Lane lane(start());
  std::deque<Visit> visits(50, Visit(main_counter));
  for (Visit& visit : visits) lane.desk.count(visit, lane.done());
  EXPECT_EQ(lane.gathered, 50U);
  lane.deliver_until(50);
  EXPECT_EQ(store_.commits, 1);
  EXPECT_EQ(lane.wake_ups(), 1U);
  for (std::size_t i = 0; i < visits.size(); ++i) EXPECT_EQ(visits[i].number, i + 1);
}

TEST_F(StoreDriverTest, GathersWhatArrivesDuringACommit) {
  Lane lane(start());
  store_.close_gate();
  std::deque<Visit> visits(11, Visit(main_counter));
  lane.desk.count(visits[0], lane.done());
  lane.desk.flush();
  store_.wait_for_someone_at_gate();
  for (std::size_t i = 1; i < visits.size(); ++i) {
    lane.desk.count(visits[i], lane.done());
    lane.desk.flush();
  }
  store_.open_gate();
  lane.deliver_until(11);
  EXPECT_EQ(store_.commits, 2);
}

TEST_F(StoreDriverTest, RefusesAtOnceWhenTheQueueIsFull) {
  options_.queued_visits_max = 2;
  Lane lane(start());
  store_.close_gate();
  std::deque<Visit> visits(4, Visit(main_counter));
  lane.desk.count(visits[0], lane.done());
  lane.desk.flush();
  store_.wait_for_someone_at_gate();
  for (std::size_t i = 1; i < visits.size(); ++i) lane.desk.count(visits[i], lane.done());
  lane.deliver_until(1);  // while the store still stands at the gate
  EXPECT_EQ(visits[3].outcome, Outcome::not_counted);
  store_.open_gate();
  lane.deliver_until(4);
  EXPECT_EQ(visits[2].number, 3U);
}

TEST_F(StoreDriverTest, SharesOneReadAmongAllWhoWait) {
  Lane lane(start());
  store_.close_gate();
  Visit visit(main_counter);
  lane.desk.count(visit, lane.done());
  lane.desk.flush();
  store_.wait_for_someone_at_gate();
  std::deque<Read> reads(8, Read(main_counter));
  for (Read& read : reads) lane.desk.read(read, lane.done());
  lane.desk.flush();
  store_.open_gate();
  lane.deliver_until(9);
  EXPECT_EQ(store_.reads, 1);
  for (const Read& read : reads) {
    ASSERT_TRUE(read.result && *read.result);
    EXPECT_EQ((*read.result)->visit_count, 1U);
  }
}

TEST_F(StoreDriverTest, BoundsTheReads) {
  options_.queued_reads_max = 1;
  Lane lane(start());
  std::deque<Read> reads(2, Read(main_counter));
  for (Read& read : reads) lane.desk.read(read, lane.done());
  lane.deliver_until(2);
  for (const Read& read : reads) EXPECT_EQ(read.result.error().fault, StoreFault::throttled);
}

TEST_F(StoreDriverTest, Corrects) {
  Lane lane(start());
  Correction correction(main_counter, 41);
  lane.desk.correct(correction, lane.done());
  lane.deliver_until(1);
  ASSERT_TRUE(correction.result);
  Visit visit(main_counter);
  lane.desk.count(visit, lane.done());
  lane.deliver_until(2);
  EXPECT_EQ(visit.number, 42U);
}

TEST_F(StoreDriverTest, ReportsTroubleOnceAndItsEndOnce) {
  Lane lane(start());
  store_.fails = true;
  std::deque<Visit> visits(4, Visit(main_counter));
  for (std::size_t i = 0; i < visits.size(); ++i) {
    store_.fails = i < 2;
    lane.desk.count(visits[i], lane.done());
    lane.deliver_until(i + 1);
  }
  driver_->stop();
  EXPECT_EQ(events_, (std::vector<std::string>{"trouble", "recovered"}));
  EXPECT_EQ(visits[0].outcome, Outcome::not_counted);
  EXPECT_EQ(visits[2].number, 1U);
}

TEST_F(StoreDriverTest, AcknowledgesNothingAfterTheStoreBroke) {
  Lane lane(start());
  store_.close_gate();
  store_.fails = store_.breaks = true;
  store_.failure = Outcome::unknown;
  std::deque<Visit> visits(3, Visit(main_counter));
  lane.desk.count(visits[0], lane.done());
  lane.desk.flush();
  store_.wait_for_someone_at_gate();
  lane.desk.count(visits[1], lane.done());
  lane.desk.flush();
  store_.open_gate();
  lane.deliver_until(2);
  EXPECT_EQ(visits[0].outcome, Outcome::unknown);
  EXPECT_EQ(visits[1].outcome, Outcome::not_counted);

  store_.fails = false;
  Read read(main_counter);
  lane.desk.count(visits[2], lane.done());
  lane.desk.read(read, lane.done());
  lane.deliver_until(4);
  EXPECT_EQ(visits[2].outcome, Outcome::not_counted);
  EXPECT_EQ(read.result.error().fault, StoreFault::storage);
  EXPECT_EQ(store_.commits, 1);
  driver_->stop();
  EXPECT_EQ(events_, (std::vector<std::string>{"trouble", "broken"}));
}

TEST_F(StoreDriverTest, AnswersEverythingBeforeItStops) {
  Lane lane(start());
  std::deque<Visit> visits(100, Visit(main_counter));
  Read read(main_counter);
  for (Visit& visit : visits) lane.desk.count(visit, lane.done());
  lane.desk.read(read, lane.done());
  lane.desk.flush();
  driver_->stop();
  lane.deliver_until(101);
  EXPECT_EQ(visits.back().number, 100U);
  EXPECT_EQ((*read.result)->visit_count, 100U);
}

TEST_F(StoreDriverTest, RefusesWhatComesAfterItStopped) {
  Lane lane(start());
  driver_->stop();
  Visit visit(main_counter);
  Read read(main_counter);
  lane.desk.count(visit, lane.done());
  lane.desk.read(read, lane.done());
  lane.deliver_until(2);
  EXPECT_EQ(visit.outcome, Outcome::not_counted);
  EXPECT_EQ(read.result.error().fault, StoreFault::shutting_down);
}

TEST_F(StoreDriverTest, GivesEveryVisitOfManyThreadsANumberOfItsOwn) {
  options_.queued_visits_max = 1'000'000;
  StoreDriver& driver = start();
  constexpr std::size_t threads_count = 4;
  constexpr std::size_t rounds = 200;
  constexpr std::size_t each = 5;
  std::mutex mutex;
  std::multiset<Count> numbers;
  std::deque<std::unique_ptr<Lane>> lanes;
  for (std::size_t i = 0; i < threads_count; ++i) lanes.push_back(std::make_unique<Lane>(driver));
  {
    std::vector<std::jthread> threads;
    threads.reserve(lanes.size());
    for (const auto& lane : lanes) {
      threads.emplace_back([&] {
        for (std::size_t round = 1; round <= rounds; ++round) {
          std::deque<Visit> visits(each, Visit(main_counter));
          for (Visit& visit : visits) lane->desk.count(visit, lane->done());
          lane->deliver_until(round * each);
          const std::lock_guard lock(mutex);
          for (const Visit& visit : visits) numbers.insert(visit.number);
        }
      });
    }
  }
  driver.stop();
  EXPECT_EQ(numbers.size(), threads_count * rounds * each);
  EXPECT_EQ(std::set<Count>(numbers.begin(), numbers.end()).size(), numbers.size());
  EXPECT_EQ(*numbers.begin(), 1U);
  EXPECT_EQ(*numbers.rbegin(), numbers.size());
}

}  // namespace
}  // namespace vc::counter
