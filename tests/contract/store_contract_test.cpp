// What every store promises, run on each of them. If a store needs a special case here, the contract is wrong.
// Where DYNAMODB_ENDPOINT names a server that speaks DynamoDB's protocol, on it too: DYNAMODB_ENGINE says which one.

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/random.hpp"
#include "counter/full_store.hpp"
#include "limits.hpp"
#include "store/dynamodb/open.hpp"
#include "store/dynamodb/table.hpp"
#include "store/memory/store.hpp"
#include "store/sqlite/store.hpp"
#include "support/fake_dynamodb.hpp"
#include "support/temporary_directory.hpp"

namespace vc::counter {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

/// A store, and whatever it needs to live.
class Provider {
 public:
  virtual ~Provider() = default;
  virtual FullStore& store() = 0;
};

class MemoryProvider final : public Provider {
 public:
  FullStore& store() override { return store_; }

 private:
  store::MemoryStore store_;
};

class SqliteProvider final : public Provider {
 public:
  FullStore& store() override { return *store_; }

 private:
  tests::TemporaryDirectory directory_;
  std::unique_ptr<store::SqliteStore> store_ =
      *store::SqliteStore::open(directory_ / "visits.db", store::SqliteStore::IfAbsent::create);
};

const Environment dummy_key = {{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "secret"}};

/// The store on a table in memory.
class FakeTableProvider final : public Provider {
 public:
  explicit FakeTableProvider(tests::FakeTable::ShowsItem shows_item) : table_(shows_item) {
    auto timeline = std::make_shared<tests::SteppedTimeline>();
    store::dynamodb::Link link(std::make_unique<tests::FakeNetwork>(table_, *timeline, 1), {"localhost", "local"},
                               aws::CredentialChain(dummy_key), clock_);
    const auto engine = shows_item == tests::FakeTable::ShowsItem::yes ? store::dynamodb::Engine::dynamodb
                                                                       : store::dynamodb::Engine::dynalite;
    store_.emplace(store::DynamoDbStore::Options{"visits", engine}, std::move(link), std::move(timeline), Random(1));
  }
  FullStore& store() override { return *store_; }

 private:
  SystemClock clock_;
  tests::FakeTable table_;
  std::optional<store::DynamoDbStore> store_;
};

/// The store on a new table of the server at DYNAMODB_ENDPOINT.
class TableProvider final : public Provider {
 public:
  TableProvider() {
    Random random;
    const auto address = *store::dynamodb::parse_address(
        fmt::format("dynamodb://contract-{:x}?region=local&endpoint={}&engine={}&timeout=60", random.bits(),
                    std::getenv("DYNAMODB_ENDPOINT"), std::getenv("DYNAMODB_ENGINE")));
    auto link = store::dynamodb::connect(address, dummy_key, clock_);
    store::dynamodb::RealTimeline timeline;
    const auto made = store::dynamodb::create_table(*link, address, timeline);
    EXPECT_TRUE(made) << made.error().message;
    auto opened = store::dynamodb::open(address, dummy_key, clock_, Counter{*CounterId::parse("main_counter")});
    EXPECT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  FullStore& store() override { return *store_; }

 private:
  SystemClock clock_;
  std::unique_ptr<store::DynamoDbStore> store_;
};

struct Kind {
  const char* name;
  std::function<std::unique_ptr<Provider>()> make;
};

class StoreContract : public testing::TestWithParam<Kind> {
 protected:
  FullStore& store() { return provider_->store(); }

  /// Adds visits to one counter; the count after them. Requires: they are counted.
  Count add(const Counter& counter, std::uint64_t visits, WallTime now) {
    std::array batch = {Addition{.counter = &counter, .visits = visits}};
    store().add(batch, now);
    EXPECT_EQ(batch[0].outcome, Outcome::counted) << batch[0].error.detail;
    return batch[0].count_after;
  }

  std::optional<Record> read(const Counter& counter, WallTime now) {
    auto record = store().read(counter, now);
    EXPECT_TRUE(record);
    return record.value_or(std::nullopt);
  }

  const WallTime start_ = std::chrono::sys_days{2026y / 11 / 22} + 18h + 40min;
  const Counter main_{*CounterId::parse("main_counter")};
  const Counter other_{*CounterId::parse("other")};
  const Counter brief_{*CounterId::parse("brief"), days(30)};

 private:
  std::unique_ptr<Provider> provider_ = GetParam().make();
};

TEST_P(StoreContract, HasNoRecordAtFirst) { EXPECT_EQ(read(main_, start_), std::nullopt); }

TEST_P(StoreContract, CreatesTheRecordWithTheFirstVisit) {
  EXPECT_EQ(add(main_, 1, start_), 1U);
  const auto record = read(main_, start_);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->visit_count, 1U);
  EXPECT_EQ(record->created_date, "2026-11-22T18:40:00Z");
  EXPECT_EQ(record->last_updated, "2026-11-22T18:40:00Z");
  EXPECT_EQ(record->expires, std::nullopt);
}

TEST_P(StoreContract, AddsAndKeepsTheDateOfCreation) {
  add(main_, 1, start_);
  EXPECT_EQ(add(main_, 41, start_ + 1h), 42U);
  const auto record = read(main_, start_ + 1h);
  EXPECT_EQ(record->visit_count, 42U);
  EXPECT_EQ(record->created_date, "2026-11-22T18:40:00Z");
  EXPECT_EQ(record->last_updated, "2026-11-22T19:40:00Z");
}

TEST_P(StoreContract, ReadsWithoutChanging) {
  add(main_, 5, start_);
  read(main_, start_ + 1h);
  EXPECT_EQ(read(main_, start_ + 2h)->last_updated, "2026-11-22T18:40:00Z");
  EXPECT_EQ(add(main_, 1, start_), 6U);
}

TEST_P(StoreContract, KeepsCountersApartInOneBatch) {
  std::array batch = {Addition{.counter = &main_, .visits = 2}, Addition{.counter = &other_, .visits = 3}};
  store().add(batch, start_);
  EXPECT_EQ(batch[0].count_after, 2U);
  EXPECT_EQ(batch[1].count_after, 3U);
  EXPECT_EQ(read(main_, start_)->visit_count, 2U);
  EXPECT_EQ(read(other_, start_)->visit_count, 3U);
}

TEST_P(StoreContract, SetsACountAndGoesOnFromThere) {
  add(main_, 1, start_);
  const auto record = store().set(main_, 100, start_ + 1h);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->visit_count, 100U);
  EXPECT_EQ(record->created_date, "2026-11-22T18:40:00Z");
  EXPECT_EQ(record->last_updated, "2026-11-22T19:40:00Z");
  EXPECT_EQ(add(main_, 1, start_ + 1h), 101U);
}

TEST_P(StoreContract, SetsACounterThatIsAbsent) {
  ASSERT_TRUE(store().set(main_, 0, start_));
  EXPECT_EQ(read(main_, start_)->visit_count, 0U);
  EXPECT_EQ(add(main_, 1, start_), 1U);
}

TEST_P(StoreContract, CountsUpToTheLimitAndNotBeyond) {
  ASSERT_TRUE(store().set(main_, limits::count_max - 1, start_));
  EXPECT_EQ(add(main_, 1, start_), limits::count_max);
  std::array batch = {Addition{.counter = &main_, .visits = 1}, Addition{.counter = &other_, .visits = 1}};
  store().add(batch, start_);
  EXPECT_EQ(batch[0].outcome, Outcome::not_counted);
  EXPECT_EQ(batch[1].outcome, Outcome::counted) << "the other counter has nothing to do with it";
  EXPECT_EQ(read(main_, start_)->visit_count, limits::count_max);
  EXPECT_EQ(store().broken(), nullptr);
}

TEST_P(StoreContract, ExpiresARecordItsTtlAfterTheLastVisit) {
  add(brief_, 5, start_);
  EXPECT_EQ(read(brief_, start_)->expires, std::chrono::floor<std::chrono::seconds>(start_) + days(30));
  EXPECT_EQ(add(brief_, 1, start_ + days(29)), 6U);
  EXPECT_EQ(read(brief_, start_ + days(59) - 1s)->visit_count, 6U);
  EXPECT_EQ(read(brief_, start_ + days(59)), std::nullopt);
}

TEST_P(StoreContract, StartsAnExpiredCounterAnew) {
  add(brief_, 5, start_);
  EXPECT_EQ(add(brief_, 2, start_ + days(30)), 2U);
  const auto record = read(brief_, start_ + days(30));
  EXPECT_EQ(record->visit_count, 2U);
  EXPECT_EQ(record->created_date, "2026-12-22T18:40:00Z");
  EXPECT_EQ(record->expires, std::chrono::floor<std::chrono::seconds>(start_) + days(60));
}

TEST_P(StoreContract, SetsAnExpiredCounterAsAnAbsentOne) {
  add(brief_, 5, start_);
  const auto record = store().set(brief_, 7, start_ + days(30));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->created_date, "2026-12-22T18:40:00Z");
}

TEST_P(StoreContract, WithoutATtlIgnoresAnOldExpiryAndRemovesItWithTheNextVisit) {
  add(brief_, 5, start_);
  const Counter kept{brief_.id};
  EXPECT_EQ(read(kept, start_ + days(400))->visit_count, 5U);
  EXPECT_EQ(add(kept, 1, start_ + days(400)), 6U);
  EXPECT_EQ(read(kept, start_ + days(400))->expires, std::nullopt);
  EXPECT_EQ(read(brief_, start_ + days(4'000))->visit_count, 6U) << "nothing expires what has no expiry";
}

TEST_P(StoreContract, KeepsHowManyVisitsCameWhenOrSaysThatItDoesNot) {
  const auto hour = std::chrono::floor<std::chrono::hours>(start_);
  add(main_, 2, start_);
  add(main_, 3, start_ + 19min);
  add(other_, 5, start_);
  add(main_, 7, start_ + 2h);
  ASSERT_TRUE(store().set(main_, 100, start_ + 2h));
  const auto of = [&](HourRange hours) { return store().history(main_, hours); };

  const auto all = of({.from = hour - 24h, .until = hour + 24h});
  ASSERT_TRUE(all) << all.error().detail;
  if (!*all) return;
  EXPECT_EQ(**all, (std::vector<HourVisits>{{hour, 5}, {hour + 2h, 7}}));
  EXPECT_EQ(**of({.from = hour, .until = hour + 2h}), (std::vector<HourVisits>{{hour, 5}}));
  EXPECT_EQ(**of({.from = hour + 1h, .until = hour + 2h}), std::vector<HourVisits>{});
  EXPECT_EQ(add(main_, 1, start_), 101U) << "looking has changed nothing";
}

TEST_P(StoreContract, KeepsOldVisitsByTheDay) {
  const auto day = std::chrono::floor<std::chrono::days>(start_);
  const WallTime later = start_ + limits::hours_kept;
  add(main_, 1, day + 0h);
  add(main_, 2, start_);
  add(main_, 3, day + 23h);
  add(main_, 5, day + 24h);
  add(main_, 7, day + 40h);
  add(other_, 11, start_);
  const auto of = [&](const Counter& counter, WallTime now) {
    return store().history(counter, {.from = day, .until = std::chrono::floor<std::chrono::hours>(now) + 1h});
  };
  const auto all = of(main_, start_ + days(2));
  ASSERT_TRUE(all) << all.error().detail;
  if (!*all) return;
  const std::vector<HourVisits> hours = {{day, 1}, {day + 18h, 2}, {day + 23h, 3}, {day + 24h, 5}, {day + 40h, 7}};
  EXPECT_EQ(**all, hours);

  add(main_, 1, later);
  EXPECT_EQ(**of(main_, start_ + days(2)), hours) << "they have not been kept long enough";
  for (const Count visits : {1U, 2U}) {
    EXPECT_EQ(add(main_, 1, later + 24h), 19 + visits);
    EXPECT_EQ(**of(main_, start_ + days(2)), (std::vector<HourVisits>{{day, 6}, {day + 24h, 5}, {day + 40h, 7}}));
  }
  EXPECT_EQ(**of(other_, later), (std::vector<HourVisits>{{day, 11}}));
  add(main_, 1, later + 48h);
  EXPECT_EQ(**of(main_, later + 48h),
            (std::vector<HourVisits>{{day, 6},
                                     {day + 24h, 12},
                                     {std::chrono::floor<std::chrono::hours>(later), 1},
                                     {std::chrono::floor<std::chrono::hours>(later + 24h), 2},
                                     {std::chrono::floor<std::chrono::hours>(later + 48h), 1}}));
}

TEST_P(StoreContract, SetsACountThatIsAsExpected) {
  add(main_, 5, start_);
  const auto set = store().set_if(main_, 5, 100, start_ + 1h);
  ASSERT_TRUE(set) << set.error().detail;
  ASSERT_TRUE(*set);
  EXPECT_EQ((*set)->visit_count, 100U);
  EXPECT_EQ((*set)->created_date, "2026-11-22T18:40:00Z");
  EXPECT_EQ(add(main_, 1, start_ + 1h), 101U);
}

TEST_P(StoreContract, LeavesACountThatIsNotAsExpected) {
  add(main_, 6, start_);
  for (const Count expected : {0U, 5U, 7U}) {
    const auto set = store().set_if(main_, expected, 100, start_ + 1h);
    ASSERT_TRUE(set) << set.error().detail;
    ASSERT_FALSE(*set);
    EXPECT_EQ(set->error(), 6U);
  }
  EXPECT_EQ(read(main_, start_)->last_updated, "2026-11-22T18:40:00Z");
  EXPECT_EQ(add(main_, 1, start_), 7U);
}

TEST_P(StoreContract, ExpectsAnAbsentCounterToStandAtZero) {
  const auto refused = store().set_if(main_, 1, 100, start_);
  ASSERT_TRUE(refused && !*refused);
  EXPECT_EQ(refused->error(), 0U);
  EXPECT_EQ(read(main_, start_), std::nullopt);
  const auto set = store().set_if(main_, 0, 100, start_);
  ASSERT_TRUE(set && *set);
  EXPECT_EQ(add(main_, 1, start_), 101U);

  add(brief_, 5, start_);
  EXPECT_FALSE(*store().set_if(brief_, 5, 7, start_ + days(30))) << "it has expired";
  EXPECT_TRUE(*store().set_if(brief_, 0, 7, start_ + days(30)));
}

TEST_P(StoreContract, ListsTheCountersThatHaveNotExpiredByTheirIds) {
  const CounterOf counter_of = [this](const CounterId& id) { return id == brief_.id ? brief_ : Counter{id}; };
  EXPECT_TRUE(store().list(counter_of, start_)->empty());
  std::vector<Counter> many;
  for (int i = 100; i < 305; ++i) many.push_back({*CounterId::parse(fmt::format("many.{}", i))});
  for (const Counter& counter : many) add(counter, 1, start_);
  add(other_, 3, start_);
  add(main_, 2, start_);
  add(brief_, 5, start_);

  const auto listed = store().list(counter_of, start_);
  ASSERT_TRUE(listed) << listed.error().detail;
  ASSERT_EQ(listed->size(), many.size() + 3);
  EXPECT_EQ(listed->front().id, brief_.id);
  EXPECT_EQ(listed->front().record.expires, std::chrono::floor<std::chrono::seconds>(start_) + days(30));
  EXPECT_EQ((*listed)[1].id, main_.id);
  EXPECT_EQ((*listed)[1].record.visit_count, 2U);
  EXPECT_EQ((*listed)[1].record.created_date, "2026-11-22T18:40:00Z");
  EXPECT_EQ(listed->back().id, other_.id);
  EXPECT_EQ(store().list(counter_of, start_ + days(30))->size(), many.size() + 2);
}

TEST_P(StoreContract, TakesOverAllRecordsOrNone) {
  const CounterOf counter_of = [this](const CounterId& id) { return id == brief_.id ? brief_ : Counter{id}; };
  const auto expires = std::chrono::floor<std::chrono::seconds>(start_) + 1h;
  const std::vector<Entry> entries = {{brief_.id, {3, "then", "2026-11-01T00:00:00Z", expires}},
                                      {main_.id, {41, "2025-01-01T00:00:00Z", "2026-11-01T00:00:00Z", {}}}};
  add(main_, 1, start_);
  const auto refused = store().take_over(entries, IfThere::refuse, counter_of, start_);
  if (!refused) {  // a store that cannot do it does nothing
    EXPECT_EQ(store().list(counter_of, start_)->size(), 1U);
    return;
  }
  EXPECT_EQ(*refused, main_.id);
  EXPECT_EQ(read(brief_, start_), std::nullopt) << "none of them";
  EXPECT_EQ(read(main_, start_)->visit_count, 1U);

  const auto done = store().take_over(entries, IfThere::replace, counter_of, start_);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(*done, std::nullopt);
  const auto record = read(main_, start_);
  EXPECT_EQ(record->visit_count, 41U);
  EXPECT_EQ(record->created_date, "2025-01-01T00:00:00Z");
  EXPECT_EQ(record->last_updated, "2026-11-01T00:00:00Z");
  EXPECT_EQ(read(brief_, start_)->expires, expires);
  EXPECT_EQ(read(brief_, start_ + 1h), std::nullopt);
  const auto again = store().take_over(std::span(entries).first(1), IfThere::refuse, counter_of, start_ + 1h);
  EXPECT_TRUE(again && !*again) << "what has expired is not there";
}

std::vector<Kind> kinds() {
  using ShowsItem = tests::FakeTable::ShowsItem;
  std::vector<Kind> all = {
      {"memory", [] { return std::make_unique<MemoryProvider>(); }},
      {"sqlite", [] { return std::make_unique<SqliteProvider>(); }},
      {"dynamodb", [] { return std::make_unique<FakeTableProvider>(ShowsItem::yes); }},
      {"dynamodb_that_hides_items", [] { return std::make_unique<FakeTableProvider>(ShowsItem::no); }}};
  if (std::getenv("DYNAMODB_ENDPOINT") != nullptr) {
    all.push_back({"dynamodb_server", [] { return std::make_unique<TableProvider>(); }});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace vc::counter
