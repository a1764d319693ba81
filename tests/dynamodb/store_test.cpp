// The store against a table in memory, over a network that loses, repeats and spoils.

#include "store/dynamodb/store.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <array>
#include <cstdio>
#include <set>

#include "base/time_text.hpp"
#include "limits.hpp"
#include "support/fake_dynamodb.hpp"

namespace vc::store {
namespace {

using namespace std::chrono_literals;
using counter::Addition;
using counter::Count;
using counter::Counter;
using counter::CounterId;
using counter::Outcome;
using counter::StoreFault;
using dynamodb::Engine;
using tests::dynamodb_error;
using tests::FakeNetwork;
using tests::FakeTable;
using tests::Faults;

constexpr WallTime noon = std::chrono::sys_days{2026y / 11 / 22} + 12h;
const Counter main_counter{*CounterId::parse("main_counter")};

/// The nth seed of a writer that picks this slot.
std::uint64_t seed_of(std::uint64_t slot, int nth) {
  std::uint64_t seed = 0;
  for (;; ++seed) {
    if (Random(seed).bits() % dynamodb::slots == slot && nth-- == 0) return seed;
  }
}

/// A store of its own on a shared table.
struct Writer {
  Writer(FakeTable& table, std::uint64_t seed, const Faults& faults = {}, Engine engine = Engine::dynamodb,
         const Environment& environment = {{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "hush"}}) {
    auto made = std::make_unique<FakeNetwork>(table, *timeline, seed, faults);
    network = made.get();
    store.emplace(DynamoDbStore::Options{"visits", engine},
                  dynamodb::Link(std::move(made), {"localhost", "local"}, aws::CredentialChain(environment), clock),
                  timeline, Random(seed));
  }

  Addition add(std::uint64_t visits, WallTime now = noon, const Counter& counter = main_counter) {
    std::array batch = {Addition{.counter = &counter, .visits = visits}};
    store->add(batch, now);
    return batch[0];
  }

  std::shared_ptr<tests::SteppedTimeline> timeline = std::make_shared<tests::SteppedTimeline>();
  SteppedClock clock{noon};
  FakeNetwork* network = nullptr;
  std::optional<DynamoDbStore> store;
};

Count count_in(const FakeTable& table, const std::string& id = "main_counter") {
  const std::string digits = table.number(id, "visit_count");
  return digits.empty() ? 0 : std::stoull(digits);
}

boost::json::object number(std::string_view digits) { return {{"N", digits}}; }

TEST(DynamoDbStore, NeedsOneRequestABatch) {
  FakeTable table;
  Writer writer(table, 1);
  EXPECT_EQ(writer.add(3).count_after, 3U);
  const int creating = writer.network->requests();
  EXPECT_EQ(writer.add(4).count_after, 7U);
  EXPECT_EQ(creating, 2) << "an increment of nothing, and the creation";
  EXPECT_EQ(writer.network->requests() - creating, 1);
}

TEST(DynamoDbStore, CountsOnceWhenTheReplyIsLost) {
  FakeTable table;
  Writer writer(table, 1);
  writer.add(1);
  for (const Faults& faults : {Faults{.lost_reply = 1}, Faults{.error_after = 1}, Faults{.wrong_checksum = 1},
                               Faults{.no_json = 1}, Faults{.slow_reply = 1}}) {
    const Count before = count_in(table);
    writer.network->change(faults);
    const Addition unknown = writer.add(5);
    EXPECT_EQ(unknown.outcome, Outcome::unknown) << "no answer ever came";
    EXPECT_EQ(count_in(table), before + 5) << "and yet it was counted, once";
    writer.network->change({});
    writer.timeline->wait(limits::dynamodb_rest);
    EXPECT_EQ(writer.add(1).count_after, before + 6);
  }
}

TEST(DynamoDbStore, SaysNotCountedWhenNothingLeftOrAllWasRefused) {
  for (const Faults& faults : {Faults{.unreachable = 1}, Faults{.throttled = 1}}) {
    FakeTable table;
    Writer writer(table, 1, faults);
    const auto began = writer.timeline->now();
    EXPECT_EQ(writer.add(1).outcome, Outcome::not_counted);
    EXPECT_LE(writer.timeline->now() - began, limits::dynamodb_deadline);
    EXPECT_EQ(count_in(table), 0U);
  }
}

TEST(DynamoDbStore, SaysUnknownWhenARequestMayHaveArrived) {
  FakeTable table;
  Writer writer(table, 1, {.lost_request = 1});
  const Addition unknown = writer.add(1);
  EXPECT_EQ(unknown.outcome, Outcome::unknown);
  EXPECT_EQ(unknown.error.fault, StoreFault::connection);
}

TEST(DynamoDbStore, FinishesByTheEndOfItsInvocation) {
  FakeTable table;
  Writer writer(table, 1, {.slow_reply = 1});
  const auto began = writer.timeline->now();
  writer.store->finish_by(began + 300ms);
  EXPECT_EQ(writer.add(1).outcome, Outcome::unknown);
  EXPECT_LE(writer.timeline->now() - began, 300ms);
  writer.timeline->wait(limits::dynamodb_rest);
  const int requests = writer.network->requests();
  writer.store->finish_by(writer.timeline->now());
  EXPECT_EQ(writer.add(1).outcome, Outcome::not_counted) << "nothing is sent that has no time to be answered";
  EXPECT_EQ(writer.network->requests(), requests);
}

void expect_left_alone_for_a_while(Writer& writer) {
  const int requests = writer.network->requests();
  EXPECT_EQ(writer.add(1).outcome, Outcome::not_counted);
  EXPECT_FALSE(writer.store->read(main_counter, noon));
  EXPECT_EQ(writer.network->requests(), requests) << "it is left alone";

  writer.network->change({});
  writer.timeline->wait(limits::dynamodb_rest);
  EXPECT_EQ(writer.add(1).outcome, Outcome::counted);
}

TEST(DynamoDbStore, AnswersForAnUnreachableTableWithinASecondAndThenAtOnce) {
  for (const auto& [faults, fault] : {std::pair(Faults{.unreachable = 1}, StoreFault::connection),
                                      std::pair(Faults{.black_hole = 1}, StoreFault::timeout)}) {
    FakeTable table;
    Writer writer(table, 1, faults);
    const auto began = writer.timeline->now();
    const Addition refused = writer.add(1);
    EXPECT_LT(writer.timeline->now() - began, 1s);
    EXPECT_EQ(refused.outcome, Outcome::not_counted);
    EXPECT_EQ(refused.error.fault, fault);
    expect_left_alone_for_a_while(writer);

    writer.network->change(faults);
    const auto asked = writer.timeline->now();
    EXPECT_FALSE(writer.store->read(main_counter, noon));
    EXPECT_LT(writer.timeline->now() - asked, 1s);
  }
}

TEST(DynamoDbStore, LeavesATableAloneThatDoesNotAnswer) {
  FakeTable table;
  Writer writer(table, 1, {.slow_reply = 1});
  const auto began = writer.timeline->now();
  EXPECT_EQ(writer.add(1).outcome, Outcome::unknown);
  EXPECT_LE(writer.timeline->now() - began, limits::dynamodb_deadline);
  expect_left_alone_for_a_while(writer);
}

TEST(DynamoDbStore, SendsFewAgainWhereHalfIsThrottled) {
  FakeTable table;
  Writer writer(table, 1, {.throttled = 0.5});
  constexpr int batches = 2'000;
  Count counted = 0;
  for (int i = 0; i < batches; ++i) counted += writer.add(1).outcome == Outcome::counted ? 1 : 0;
  EXPECT_LE(writer.network->requests(), batches * 11 / 10);
  EXPECT_EQ(count_in(table), counted);
}

TEST(DynamoDbStore, GivesUpAListThatTakesTooLongAndCountsOn) {
  FakeTable table;
  Writer writer(table, 1);
  const aws::HttpResponse page{200, {}, R"({"Items": [], "LastEvaluatedKey": {"counter_id": {"S": "a"}}})"};
  for (int i = 0; i < 100; ++i) {
    writer.network->answers.push_back(dynamodb_error(400, "ProvisionedThroughputExceededException"));
    writer.network->answers.insert(writer.network->answers.end(), 20, page);
  }
  const auto began = writer.timeline->now();
  const auto listed = writer.store->list([](const CounterId& id) { return Counter{id}; }, noon);
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().fault, StoreFault::timeout);
  EXPECT_LE(writer.timeline->now() - began, limits::dynamodb_deadline * 2);
  writer.network->answers.clear();
  EXPECT_EQ(writer.add(1).outcome, Outcome::counted);
}

TEST(DynamoDbStore, SignsAgainWithAKeyThatIsLookedUpAgain) {
  FakeTable table;
  Writer writer(table, 1);
  writer.add(1);
  for (const char* code : {"ExpiredTokenException", "UnrecognizedClientException", "InvalidSignatureException"}) {
    writer.network->answers = {dynamodb_error(400, code)};
    EXPECT_EQ(writer.add(1).outcome, Outcome::counted) << code;
  }
}

TEST(DynamoDbStore, SignsWithTheServersTimeWhereOursIsRefused) {
  FakeTable table;
  Writer writer(table, 1);
  writer.add(1);
  auto refusal = dynamodb_error(400, "InvalidSignatureException");
  refusal.headers.push_back({"Date", std::string(view(http_date(noon + 1h)))});
  writer.network->answers = {refusal};
  EXPECT_EQ(writer.add(1).outcome, Outcome::counted);
  const auto& headers = writer.network->last().headers;
  const auto date = std::ranges::find(headers, "X-Amz-Date", &aws::Header::name);
  EXPECT_EQ(date->value, "20261122T130000Z");
}

TEST(DynamoDbStore, SaysWhatIsWrongWithItsAccessAndNeverTheSecret) {
  FakeTable table;
  Writer writer(table, 1);
  const auto denied = dynamodb_error(400, "AccessDeniedException");
  writer.network->answers = {denied, denied};
  const Addition refused = writer.add(1);
  EXPECT_EQ(refused.outcome, Outcome::not_counted);
  EXPECT_EQ(refused.error.fault, StoreFault::access_denied);
  EXPECT_EQ(refused.error.detail, "AccessDeniedException (status 400)");

  Writer without_key(table, 1, {}, Engine::dynamodb, {{"AWS_EC2_METADATA_DISABLED", "true"}});
  EXPECT_EQ(without_key.add(1).error.fault, StoreFault::access_denied);
  EXPECT_EQ(without_key.network->requests(), 0) << "nothing goes out unsigned";

  const Addition half_key = Writer(table, 1, {}, Engine::dynamodb, {{"AWS_SECRET_ACCESS_KEY", "hush"}}).add(1);
  EXPECT_EQ(half_key.error.detail.find("hush"), std::string::npos);
}

TEST(DynamoDbStore, SaysThatTheTableIsMissing) {
  FakeTable table;
  Writer writer(table, 1);
  writer.network->answers = {dynamodb_error(400, "ResourceNotFoundException")};
  const Addition refused = writer.add(1);
  EXPECT_EQ(refused.outcome, Outcome::not_counted);
  EXPECT_EQ(refused.error.fault, StoreFault::table_not_found);
}

TEST(DynamoDbStore, TakesATableOfTheOriginalProgramAsItIs) {
  FakeTable table;
  table.put("main_counter", {{"counter_id", {{"S", "main_counter"}}},
                             {"visit_count", number("41")},
                             {"last_updated", {{"S", "2025-06-14T10:00:00.123456"}}}});
  Writer writer(table, 1);
  const auto record = writer.store->read(main_counter, noon);
  ASSERT_TRUE(record);
  EXPECT_EQ((*record)->visit_count, 41U);
  EXPECT_EQ((*record)->created_date, "");
  EXPECT_EQ(writer.add(1).count_after, 42U);
}

TEST(DynamoDbStore, CreatesARecordWhoseCountIsGone) {
  FakeTable table;
  table.put("main_counter", {{"counter_id", {{"S", "main_counter"}}}});
  Writer writer(table, 1);
  EXPECT_EQ(writer.add(2).count_after, 2U);
}

TEST(DynamoDbStore, GoesOnWhenTheRecordIsDeletedInBetween) {
  FakeTable table;
  Writer writer(table, 1);
  writer.add(5);
  table.erase("main_counter");
  EXPECT_EQ(writer.add(2).count_after, 2U);
}

TEST(DynamoDbStore, AppliesNoCopyFromBeforeTheRecordExpired) {
  const Counter brief{main_counter.id, std::chrono::days(1)};
  FakeTable table;
  Writer writer(table, seed_of(3, 0));
  Writer other(table, seed_of(4, 0));
  std::vector<aws::HttpRequest> sent;  // a creation and an increment
  for (Writer* each : {&writer, &other}) {
    each->add(5, noon, brief);
    sent.push_back(each->network->last());
  }
  EXPECT_EQ(writer.add(2, noon + 25h, brief).count_after, 2U) << "it begins anew";
  for (const aws::HttpRequest& copy : sent) table.ask(copy);
  EXPECT_EQ(count_in(table), 2U);
  EXPECT_EQ(other.add(1, noon + 25h, brief).count_after, 3U);
}

TEST(DynamoDbStore, RefusesACountThatIsNoWholeNumber) {
  for (const char* bad : {"1.5", "-1", "1E2", "9007199254740992"}) {
    FakeTable table;
    table.put("main_counter", {{"visit_count", number(bad)}});
    Writer writer(table, 1);
    EXPECT_EQ(writer.add(1).outcome, Outcome::not_counted) << bad;
    EXPECT_FALSE(writer.store->read(main_counter, noon)) << bad;
    EXPECT_EQ(table.number("main_counter", "visit_count"), bad);
  }
}

TEST(DynamoDbStore, CountsWithAClockAnHourBehindAnothersInTheSameSlot) {
  FakeTable table;
  Writer ahead(table, seed_of(3, 0));
  Writer behind(table, seed_of(3, 1));
  EXPECT_EQ(ahead.add(1, noon + 1h).count_after, 1U);
  EXPECT_EQ(behind.add(1, noon).count_after, 2U);
  EXPECT_EQ(ahead.add(1, noon + 1h).count_after, 3U);
}

/// The writers' slots that an item has, as their numbers.
std::vector<int> slots_of(const FakeTable& table) {
  std::vector<int> found;
  for (int slot = 0; slot < dynamodb::slots; ++slot) {
    if (!table.number("main_counter", fmt::format("s{}", slot)).empty()) found.push_back(slot);
  }
  return found;
}

TEST(DynamoDbStore, MovesToAnotherSlotWhereAFasterWriterHasItsOwn) {
  FakeTable table;
  Writer ahead(table, seed_of(3, 0));
  Writer behind(table, seed_of(3, 1));
  ahead.add(1, noon + 1h);
  behind.add(1, noon);
  EXPECT_EQ(behind.network->requests(), 2);
  EXPECT_EQ(slots_of(table).size(), 2U);
  for (int i = 0; i < 100; ++i) {
    ahead.add(1, noon + 1h);
    behind.add(1, noon);
  }
  EXPECT_EQ(behind.network->requests(), 102) << "they meet once";
}

/// Many writers, on one network each, and what they were told.
struct Told {
  Count counted = 0;
  Count unknown = 0;
  std::set<Count> numbers;
  bool distinct = true;

  void note(const Addition& addition) {
    if (addition.outcome == Outcome::unknown) unknown += addition.visits;
    if (addition.outcome != Outcome::counted) return;
    counted += addition.visits;
    for (Count i = 0; i < addition.visits; ++i) distinct &= numbers.insert(addition.count_after - i).second;
  }
};

constexpr Faults bad_network{.lost_request = 0.02,
                             .lost_reply = 0.05,
                             .error_before = 0.01,
                             .error_after = 0.01,
                             .wrong_checksum = 0.01,
                             .late_copy = 0.05};

TEST(DynamoDbStore, NeverLosesOrDoublesAVisitOverABadNetwork) {
  for (const auto shows : {FakeTable::ShowsItem::yes, FakeTable::ShowsItem::no}) {
    FakeTable table(shows);
    const Engine engine = shows == FakeTable::ShowsItem::yes ? Engine::dynamodb : Engine::dynalite;
    std::vector<std::unique_ptr<Writer>> writers;
    writers.reserve(5);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      writers.push_back(std::make_unique<Writer>(table, seed, bad_network, engine));
    }
    Told told;
    for (int i = 0; i < 4'000; ++i) {
      const WallTime now = noon + std::chrono::milliseconds(i) + (i % 5) * 1s;  // clocks 5 s apart
      told.note(writers[static_cast<std::size_t>(i % 5)]->add(static_cast<std::uint64_t>(1 + i % 3), now));
    }
    EXPECT_TRUE(told.distinct);
    EXPECT_LE(*told.numbers.rbegin(), count_in(table));
    EXPECT_GE(count_in(table), told.counted);
    EXPECT_LE(count_in(table), told.counted + told.unknown);
    EXPECT_EQ(told.unknown, 0U) << "there was time to ask again";
  }
}

TEST(DynamoDbStore, NeverLosesOrDoublesAVisitWhereThereAreMoreWritersThanSlots) {
  constexpr int crowd = dynamodb::slots + 4;
  FakeTable table;
  std::vector<std::unique_ptr<Writer>> writers;
  writers.reserve(crowd);
  for (std::uint64_t seed = 0; seed < crowd; ++seed) {
    writers.push_back(std::make_unique<Writer>(table, seed, bad_network));
  }
  Told told;
  for (int i = 0; i < 8'000; ++i) {
    const WallTime now = noon + std::chrono::milliseconds(i) + (i % 5) * 1s;
    told.note(writers[static_cast<std::size_t>(i % crowd)]->add(1, now));
  }
  EXPECT_TRUE(told.distinct);
  EXPECT_GE(count_in(table), told.counted);
  EXPECT_LE(count_in(table), told.counted + told.unknown);
}

/// What most programs do: `ADD`, and again when no answer comes.
void add_plainly(FakeNetwork& network) {
  const aws::HttpRequest request{"POST",
                                 "/",
                                 {{"X-Amz-Target", "DynamoDB_20120810.UpdateItem"}},
                                 R"({"Key": {"counter_id": {"S": "main_counter"}},
                                     "UpdateExpression": "ADD visit_count :one",
                                     "ExpressionAttributeValues": {":one": {"N": "1"}}})"};
  while (!network.send(request, {})) {
  }
}

TEST(DynamoDbStore, DoesNotDriftWhereAPlainAddDoes) {
  constexpr int visits = 100'000;
  constexpr Faults faults{.lost_reply = 0.1, .late_copy = 0.02};
  FakeTable table;
  Writer writer(table, 1, faults);
  Told told;
  for (int i = 0; i < visits; ++i) told.note(writer.add(1, noon + std::chrono::milliseconds(i)));
  EXPECT_EQ(told.counted, std::uint64_t{visits});
  EXPECT_EQ(count_in(table), std::uint64_t{visits});

  FakeTable plain_table;
  tests::SteppedTimeline timeline;
  FakeNetwork network(plain_table, timeline, 1, faults);
  for (int i = 0; i < visits; ++i) add_plainly(network);
  const Count drift = count_in(plain_table) - visits;
  EXPECT_GT(drift, std::uint64_t{visits} / 10);
  (void)std::printf("of %d visits, counted too often: 0 by the store, %llu by ADD with retries\n", visits,
                    static_cast<unsigned long long>(drift));
}

}  // namespace
}  // namespace vc::store
