#include "app/lambda/lambda_handler.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <optional>
#include <vector>

#include "limits.hpp"
#include "store/memory/store.hpp"
#include "support/pipe.hpp"

namespace vc::app {
namespace {

using namespace std::chrono_literals;
using counter::Outcome;
using counter::StoreError;
using counter::StoreFault;
namespace json = boost::json;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr WallTime now = std::chrono::sys_days{2026y / 11 / 22} + 11h;
constexpr std::string_view visit = R"({"path": "/counter", "httpMethod": "GET"})";
constexpr std::string_view health = R"({"path": "/health", "httpMethod": "GET"})";

/// Counts, but for when it is told to fail.
class FlakyStore final : public counter::CounterStore {
 public:
  void add(std::span<counter::Addition> batch, WallTime at) override {
    ++retries;
    if (!fails) return memory.add(batch, at);
    batch.front().outcome = *fails;
    batch.front().error = error;
  }
  counter::StoreResult<std::optional<counter::Record>> read(const counter::Counter& counter, WallTime at) override {
    if (fails) return std::unexpected(error);
    return memory.read(counter, at);
  }
  counter::StoreResult<counter::Record> set(const counter::Counter& counter, counter::Count count,
                                            WallTime at) override {
    return memory.set(counter, count, at);
  }

  store::MemoryStore memory;
  std::optional<Outcome> fails;
  const StoreError error{StoreFault::throttled, "the table is busy"};
  std::int64_t retries = 0;
};

LambdaConfig config_of(Environment environment) {
  environment.emplace("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001");
  environment.emplace("AWS_LAMBDA_FUNCTION_NAME", "resume-blue-visitor-counter");
  environment.emplace("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128");
  return *read_lambda_config(environment);
}

class LambdaHandlerTest : public testing::Test {
 protected:
  explicit LambdaHandlerTest(const Environment& environment = {}) : config_(config_of(environment)) {}

  static lambda::Invocation invocation(std::string_view event) {
    return {.request_id = "c0a80000-0000-4000-8000-000000000000",
            .function_arn = "arn",
            .trace_id = "Root=1-5759e988-bd862e3fe1be46a994272793",
            .deadline = now + 3s,
            .event = std::string(event)};
  }
  lambda::Answer handle(std::string_view event) { return handler_.handle(invocation(event)); }
  json::value response(std::string_view event) { return json::parse(*handle(event)); }
  json::value body(std::string_view event) { return json::parse(response(event).at("body").as_string()); }

  std::uint64_t stored(const counter::Counter& counter) {
    const auto record = store_.memory.read(counter, now);
    return *record ? (*record)->visit_count : 0;
  }

  /// All lines that were written: of the log and of the metrics in turn. Once.
  std::vector<json::value> lines() {
    pipe_.write_end = {};
    std::vector<json::value> parsed;
    const std::string all = pipe_.rest();
    for (std::size_t at = 0, end = 0; at < all.size(); at = end + 1) {
      end = all.find('\n', at);
      parsed.push_back(json::parse(json::string_view(all).substr(at, end - at)));
    }
    return parsed;
  }

  tests::Pipe pipe_;
  SteppedClock clock_{now};
  FlakyStore store_;
  SteadyTime finish_by_;
  const LambdaConfig config_;
  telemetry::DirectLog log_{clock_, pipe_.write_end.get(), telemetry::LogLevel::info};
  LambdaHandler handler_{config_,
                         {.store = store_,
                          .finish_by = [this](SteadyTime end) { finish_by_ = end; },
                          .retries = [this] { return store_.retries; }},
                         log_,
                         clock_};
};

TEST_F(LambdaHandlerTest, CountsVisits) {
  EXPECT_EQ(body(visit).at("count"), 1);
  const json::value second = response(visit);
  EXPECT_EQ(second.at("statusCode"), 200);
  EXPECT_EQ(second.at("body"), R"({"count": 2, "timestamp": "2026-11-22T11:00:00Z", "status": "success", )"
                               R"("requestId": "c0a80000-0000-4000-8000-000000000000"})");
  EXPECT_EQ(second.at_pointer("/headers/Cache-Control"), "no-cache, no-store, must-revalidate");
}

TEST_F(LambdaHandlerTest, ReadsForHealth) {
  EXPECT_EQ(body(health).at("note"), "counter_not_initialized");
  EXPECT_TRUE(handle(visit));
  EXPECT_EQ(body(health).at("counter_value"), 1);
  EXPECT_EQ(stored(config_.counter), 1);
}

TEST_F(LambdaHandlerTest, AnswersPreflightsAndRefusesTheRest) {
  EXPECT_EQ(response(R"({"path": "/counter", "httpMethod": "OPTIONS"})").at("statusCode"), 200);
  const json::value refused = response(R"({"path": "/", "httpMethod": "GET"})");
  EXPECT_EQ(refused.at("statusCode"), 403);
  EXPECT_EQ(refused.at_pointer("/headers/x-amzn-ErrorType"), "MissingAuthenticationTokenException");
  EXPECT_EQ(stored(config_.counter), 0);
}

TEST_F(LambdaHandlerTest, TellsAFunctionErrorOfAnEventThatIsNone) {
  for (const char* event : {"", "null", "[]", "{", R"({"path": "/counter"})"}) {
    const lambda::Answer answer = handle(event);
    ASSERT_FALSE(answer) << event;
    EXPECT_EQ(answer.error().type, "Runtime.InvalidEvent");
  }
  EXPECT_EQ(stored(config_.counter), 0);
  for (const json::value& line : lines()) {
    const bool metrics = line.as_object().contains("_aws");
    EXPECT_EQ(metrics ? line.at("HandlerErrors") : line.at("level"), metrics ? json::value(1) : json::value("ERROR"));
  }
}

TEST_F(LambdaHandlerTest, SaysWhatBecameOfAVisitThatFailed) {
  for (const Outcome outcome : {Outcome::not_counted, Outcome::unknown}) {
    store_.fails = outcome;
    const json::value failed = response(visit);
    EXPECT_EQ(failed.at("statusCode"), 500);
    EXPECT_EQ(std::string_view(failed.at_pointer("/headers/X-Visit-Outcome").as_string()), name(outcome));
    EXPECT_FALSE(std::string_view(failed.at("body").as_string()).contains("busy"));
  }
  const auto written = lines();
  ASSERT_EQ(written.size(), 4);
  EXPECT_EQ(written.at(0).at("level"), "ERROR");
  EXPECT_EQ(written.at(0).at("reason"), "the table is busy");
  EXPECT_EQ(written.at(1).at("AmbiguousWrites"), 0);
  EXPECT_EQ(written.at(3).at("AmbiguousWrites"), 1);
  EXPECT_EQ(written.at(3).at("HandlerErrors"), 1);
  EXPECT_EQ(written.at(3).at("Visits"), 0);
}

TEST_F(LambdaHandlerTest, TellsAnUnhealthyStoreInPublicWords) {
  store_.fails = Outcome::not_counted;
  const json::value unhealthy = response(health);
  EXPECT_EQ(unhealthy.at("statusCode"), 503);
  EXPECT_TRUE(std::string_view(unhealthy.at("body").as_string()).contains(R"("error": "Throttled")"));
}

TEST_F(LambdaHandlerTest, KeepsTimeForTheAnswerBackFromTheStore) {
  const SteadyTime before = std::chrono::steady_clock::now();
  EXPECT_TRUE(handle(visit));
  EXPECT_GE(finish_by_, before + 3s - limits::lambda_answer_time);
  EXPECT_LE(finish_by_, std::chrono::steady_clock::now() + 3s - limits::lambda_answer_time);
}

TEST_F(LambdaHandlerTest, WritesOneLineOfTheLogAndOneOfMetricsForEachEvent) {
  EXPECT_TRUE(handle(visit));
  EXPECT_TRUE(handle(R"({"path": "/elsewhere", "httpMethod": "GET"})"));
  const auto written = lines();
  ASSERT_EQ(written.size(), 4);
  const json::object& first = written.at(0).as_object();
  for (const auto& [key, value] : std::initializer_list<std::pair<const char*, json::value>>{
           {"timestamp", "2026-11-22T11:00:00.000Z"},
           {"level", "INFO"},
           {"message", "request"},
           {"service", "visitor-counter"},
           {"cold_start", true},
           {"function_name", "resume-blue-visitor-counter"},
           {"function_memory_size", 128},
           {"function_arn", "arn"},
           {"function_request_id", "c0a80000-0000-4000-8000-000000000000"},
           {"xray_trace_id", "Root=1-5759e988-bd862e3fe1be46a994272793"},
           {"stage", "blue"},
           {"traffic", "production"},
           {"method", "GET"},
           {"route", "/counter"},
           {"status", 200},
           {"outcome", "counted"}}) {
    EXPECT_EQ(first.at(key), value) << key;
  }
  EXPECT_FALSE(first.contains("path"));
  EXPECT_EQ(written.at(1).at("Visits"), 1);
  EXPECT_EQ(written.at(1).at("StoreRetries"), 1);
  EXPECT_EQ(written.at(1).at("HandlerErrors"), 0);
  EXPECT_EQ(written.at(2).at("cold_start"), false);
  EXPECT_EQ(written.at(2).at("route"), "-");
  EXPECT_EQ(written.at(2).at("path"), "/elsewhere");
  EXPECT_EQ(written.at(3).at("Route"), "-");
  EXPECT_EQ(written.at(3).at("StoreRetries"), 0);
}

TEST_F(LambdaHandlerTest, LogsWhatThePlatformOrALibraryDoes) {
  handler_.failed(invocation(visit), "out of memory");
  handler_.refused(invocation(visit), "status 413");
  const auto written = lines();
  ASSERT_EQ(written.size(), 2);
  EXPECT_EQ(written.at(0).at("reason"), "out of memory");
  EXPECT_EQ(written.at(1).at("reason"), "status 413");
}

class LambdaHandlerBehindADomain : public LambdaHandlerTest {
 protected:
  LambdaHandlerBehindADomain() : LambdaHandlerTest({{"PRODUCTION_DOMAIN", "api.dzresume.dev"}}) {}
};

TEST_F(LambdaHandlerBehindADomain, CountsOnlyWhatCameThroughItOnTheRealNumber) {
  EXPECT_EQ(body(visit).at("count"), 1) << "a direct invoke";
  EXPECT_EQ(
      body(R"({"path": "/counter", "httpMethod": "GET", "requestContext": {"domainName": "x.example"}})").at("count"),
      2);
  EXPECT_EQ(stored(config_.counter), 0);
  EXPECT_EQ(body(R"({"path": "/counter", "httpMethod": "GET", "requestContext": {"domainName": "api.dzresume.dev"}})")
                .at("count"),
            1);
  EXPECT_EQ(stored(config_.counter), 1);
  EXPECT_EQ(stored(config_.preview_counter), 2);
  const auto written = lines();
  ASSERT_EQ(written.size(), 6);
  EXPECT_EQ(written.at(0).at("traffic"), "preview");
  EXPECT_EQ(written.at(1).at("Visits"), 0) << "the metric is of the real number";
  EXPECT_EQ(written.at(5).at("Visits"), 1);
}

}  // namespace
}  // namespace vc::app
