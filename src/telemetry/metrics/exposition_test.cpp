#include "telemetry/metrics/exposition.hpp"

#include <gtest/gtest.h>

#include "store/memory/store.hpp"
#include "telemetry/metrics/measured_store.hpp"

namespace vc::telemetry {
namespace {

using counter::Addition;
using counter::Counter;
using counter::CounterId;
using counter::Outcome;
using counter::StoreError;
using counter::StoreFault;

class ExpositionTest : public testing::Test {
 protected:
  bool has(std::string_view line) const {
    return ("\n" + exposition(metrics_, present_)).find(fmt::format("\n{}\n", line)) != std::string::npos;
  }

  Metrics metrics_{2};
  Present present_{.version = "1.0",
                   .store = "memory",
                   .started = WallTime(1500ms),
                   .queued_visits = 3,
                   .queued_visits_max = 4,
                   .log_lines_dropped = 5,
                   .listeners = {{"public", 6, 7}}};
};

TEST_F(ExpositionTest, AddsUpWhatEachThreadHasAnswered) {
  metrics_.site(0).answered(Route::count, 200, 40us);
  metrics_.site(1).answered(Route::count, 200, 2ms);
  metrics_.site(1).answered(Route::none, 403, 1us);
  EXPECT_TRUE(has(R"(visitorcounter_http_requests_total{method="GET",route="/counter",status="2xx"} 2)"));
  EXPECT_TRUE(has(R"(visitorcounter_http_requests_total{method="any",route="none",status="4xx"} 1)"));
  EXPECT_TRUE(
      has(R"(visitorcounter_http_request_duration_seconds_bucket{method="GET",route="/counter",le="0.001"} 1)"));
  EXPECT_TRUE(has(R"(visitorcounter_http_request_duration_seconds_bucket{method="GET",route="/counter",le="+Inf"} 2)"));
  EXPECT_TRUE(has(R"(visitorcounter_http_request_duration_seconds_count{method="GET",route="/counter"} 2)"));
}

TEST_F(ExpositionTest, TellsRefusalsAndVisitsByTheirLabels) {
  metrics_.site(0).refused(Refusal::no_such_route);
  metrics_.site(0).visited(Traffic::production, Outcome::counted);
  metrics_.site(1).visited(Traffic::preview, Outcome::unknown);
  EXPECT_TRUE(has(R"(visitorcounter_gateway_refusals_total{type="no_such_route"} 1)"));
  EXPECT_TRUE(has(R"(visitorcounter_visits_total{traffic="production",outcome="counted"} 1)"));
  EXPECT_TRUE(has(R"(visitorcounter_visits_total{traffic="preview",outcome="unknown"} 1)"));
}

TEST_F(ExpositionTest, TellsHowThingsStand) {
  EXPECT_TRUE(has("visitorcounter_store_queued_visits 3"));
  EXPECT_TRUE(has("visitorcounter_store_queued_visits_limit 4"));
  EXPECT_TRUE(has("visitorcounter_log_lines_dropped_total 5"));
  EXPECT_TRUE(has(R"(visitorcounter_http_connections{listener="public"} 6)"));
  EXPECT_TRUE(has(R"(visitorcounter_http_connections_limit{listener="public"} 7)"));
  EXPECT_TRUE(has(R"(visitorcounter_build_info{version="1.0",store="memory"} 1)"));
  EXPECT_TRUE(has("process_start_time_seconds 1.5"));
}

TEST_F(ExpositionTest, EscapesLabels) {
  present_.version = "a\"b\\c\nd";
  EXPECT_TRUE(has(R"(visitorcounter_build_info{version="a\"b\\c\nd",store="memory"} 1)"));
}

/// Refuses what it is asked, for one reason.
class FailingStore final : public counter::CounterStore {
 public:
  void add(std::span<Addition> batch, WallTime /*now*/) override {
    for (Addition& addition : batch) addition.error = error_;
  }
  counter::StoreResult<std::optional<counter::Record>> read(const Counter& /*counter*/, WallTime /*now*/) override {
    return std::unexpected(error_);
  }
  counter::StoreResult<counter::Record> set(const Counter& /*counter*/, counter::Count /*count*/,
                                            WallTime /*now*/) override {
    return std::unexpected(error_);
  }

 private:
  const StoreError error_{StoreFault::throttled, ""};
};

class MeasuredStoreTest : public ExpositionTest {
 protected:
  void add(counter::CounterStore& store, std::uint64_t visits) {
    std::array batch = {Addition{.counter = &counter_, .visits = visits}};
    MeasuredStore(store, metrics_.store()).add(batch, now_);
  }

  const WallTime now_{1h};
  const Counter counter_{*CounterId::parse("main_counter")};
  store::MemoryStore memory_;
  FailingStore failing_;
};

TEST_F(MeasuredStoreTest, TellsHowManyVisitsShareACommit) {
  add(memory_, 1);
  add(memory_, 100);
  EXPECT_TRUE(has(R"(visitorcounter_store_commit_visits_bucket{le="1"} 1)"));
  EXPECT_TRUE(has(R"(visitorcounter_store_commit_visits_bucket{le="100"} 2)"));
  EXPECT_TRUE(has("visitorcounter_store_commit_visits_sum 101"));
  EXPECT_TRUE(has("visitorcounter_store_commit_duration_seconds_count 2"));
  EXPECT_TRUE(has("visitorcounter_store_up 1"));
}

TEST_F(MeasuredStoreTest, CountsTroubleByItsKindUntilItIsOver) {
  MeasuredStore measured(failing_, metrics_.store());
  add(failing_, 1);
  EXPECT_FALSE(measured.read(counter_, now_));
  EXPECT_FALSE(measured.set(counter_, 1, now_));
  EXPECT_TRUE(has(R"(visitorcounter_store_errors_total{kind="throttled"} 3)"));
  EXPECT_TRUE(has("visitorcounter_store_up 0"));
  EXPECT_TRUE(MeasuredStore(memory_, metrics_.store()).read(counter_, now_));
  EXPECT_TRUE(has("visitorcounter_store_up 1"));
}

}  // namespace
}  // namespace vc::telemetry
