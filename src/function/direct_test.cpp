#include "function/direct.hpp"

#include <gtest/gtest.h>

#include <string>

#include "store/memory/store.hpp"

namespace vc::function {
namespace {

using namespace std::chrono_literals;
using counter::Addition;
using counter::CounterId;
using counter::Outcome;

/// Fails in the one way it was made for.
class FailingStore final : public counter::CounterStore {
 public:
  explicit FailingStore(Outcome outcome) : outcome_(outcome) {}

  void add(std::span<Addition> batch, WallTime /*now*/) override {
    for (Addition& addition : batch) {
      addition.outcome = outcome_;
      addition.error = {counter::StoreFault::timeout, "no answer"};
    }
  }
  counter::StoreResult<std::optional<counter::Record>> read(const counter::Counter& /*counter*/,
                                                            WallTime /*now*/) override {
    return std::unexpected(counter::StoreError{counter::StoreFault::timeout, "no answer"});
  }
  counter::StoreResult<counter::Record> set(const counter::Counter& /*counter*/, counter::Count /*count*/,
                                            WallTime /*now*/) override {
    return std::unexpected(counter::StoreError{counter::StoreFault::timeout, "no answer"});
  }

 private:
  const Outcome outcome_;
};

Answer ask(counter::CounterStore& store, std::string_view method, std::string_view path) {
  static const Function function({.counter = {*CounterId::parse("main_counter")},
                                  .preview_counter = {*CounterId::parse("main_counter.preview.blue")},
                                  .cors = *Cors::parse("https://www.dzresume.dev"),
                                  .version = "1.2.0+g0123456789ab"});
  const WallTime now = std::chrono::sys_days{2024y / 1 / 15} + 10h + 30min;
  const Plan plan = function.plan({.method = method, .path = path}, Traffic::production);
  return answer(function, plan, store, now, "c0a80000-0000-4000-8000-000000000000");
}

std::string body(const Answer& answer) { return fmt::to_string(answer.response.body); }

TEST(Direct, CountsAVisit) {
  store::MemoryStore store;
  EXPECT_EQ(ask(store, "GET", "/counter").outcome, "counted");
  EXPECT_EQ(body(ask(store, "GET", "/counter")),
            R"({"count": 2, "timestamp": "2024-01-15T10:30:00Z", "status": "success", )"
            R"("requestId": "c0a80000-0000-4000-8000-000000000000"})");
}

TEST(Direct, ReadsForHealthAndCountsNothing) {
  store::MemoryStore store;
  ask(store, "GET", "/counter");
  for (int i = 0; i < 2; ++i) {
    const Answer answer = ask(store, "GET", "/health");
    EXPECT_EQ(answer.response.status, 200);
    EXPECT_EQ(answer.outcome, "read");
    EXPECT_TRUE(body(answer).contains(R"("counter_value": 1,)"));
  }
}

TEST(Direct, NeedsNoStoreForWhatCountsNothing) {
  FailingStore store(Outcome::unknown);
  EXPECT_EQ(ask(store, "OPTIONS", "/counter").outcome, "preflight");
  EXPECT_EQ(ask(store, "OPTIONS", "/counter").response.status, 200);
  EXPECT_EQ(ask(store, "GET", "/other").outcome, "refused");
  EXPECT_EQ(ask(store, "GET", "/other").response.status, 403);
}

TEST(Direct, SaysWhyNothingWasCounted) {
  for (const auto& [outcome, word] : {std::pair{Outcome::not_counted, "not-counted"}, {Outcome::unknown, "unknown"}}) {
    FailingStore store(outcome);
    const Answer answer = ask(store, "GET", "/counter");
    EXPECT_EQ(answer.response.status, 500);
    EXPECT_EQ(answer.outcome, word);
    EXPECT_EQ(answer.reason, "no answer");
    EXPECT_FALSE(body(answer).contains(answer.reason));
  }
}

TEST(Direct, SaysWhyItIsNotHealthy) {
  FailingStore store(Outcome::unknown);
  const Answer answer = ask(store, "GET", "/health");
  EXPECT_EQ(answer.response.status, 503);
  EXPECT_EQ(answer.outcome, "failed");
  EXPECT_EQ(answer.reason, "no answer");
}

}  // namespace
}  // namespace vc::function
