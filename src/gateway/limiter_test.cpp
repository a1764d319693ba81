#include "gateway/limiter.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "gateway/gateway.hpp"

namespace vc::gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t get_counter = 0;  // in routes()
constexpr std::size_t get_health = 2;
constexpr WallTime noon = WallTime(std::chrono::sys_days(2026y / 11 / 26)) + 12h;
constexpr SteadyTime start{1h};

constexpr Moment after(std::chrono::nanoseconds passed) {
  return {.steady = start + passed, .wall = noon + std::chrono::floor<std::chrono::milliseconds>(passed)};
}

constexpr Throttle only(std::uint64_t burst) { return {.requests_per_1000_s = 0, .burst = burst}; }

/// The key needs a plan, and `/counter` needs a key.
Rules rules() {
  return {.stage = "blue",
          .plans = {{.name = "partners"}, {.name = "green only", .stages = {"green"}}},
          .keys = {{.name = "alice", .digest = sha256("key of alice")},
                   {.name = "bob", .digest = sha256("key of bob"), .state = KeyState::disabled},
                   {.name = "carol", .digest = sha256("key of carol"), .plan = 1},
                   {.name = "dave", .digest = sha256("key of dave")}},
          .key_required = {KeyRequired::yes}};
}

class LimiterTest : public testing::Test {
 protected:
  static Ruling judge(Limiter& limiter, std::string_view key, std::chrono::nanoseconds passed = 0ns,
                      std::size_t route = get_counter) {
    const std::string fields = key.empty() ? "" : fmt::format("X-Api-Key: {}\r\n", key);
    return with_fields(limiter, fields, passed, route);
  }

  static Ruling with_fields(Limiter& limiter, std::string_view fields, std::chrono::nanoseconds passed = 0ns,
                            std::size_t route = get_counter) {
    const http::Request request{.method = "GET", .path = "", .query = "", .fields = http::Fields(fields), .body = ""};
    return limiter.judge(route, request, after(passed));
  }

  static Verdict verdict(Limiter& limiter, std::string_view key, std::chrono::nanoseconds passed = 0ns,
                         std::size_t route = get_counter) {
    return judge(limiter, key, passed, route).verdict;
  }

  static int passed(Limiter& limiter, std::string_view key, int tries, std::chrono::nanoseconds at = 0ns) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += verdict(limiter, key, at) == Verdict::pass ? 1 : 0;
    return count;
  }
};

TEST_F(LimiterTest, LetsPassWhatNoRuleIsAbout) {
  EXPECT_TRUE(Limiter({}, after(0s)).allows_everything());
  Limiter limiter(rules(), after(0s));
  EXPECT_FALSE(limiter.allows_everything());
  EXPECT_EQ(verdict(limiter, "", 0s, get_health), Verdict::pass);
  EXPECT_EQ(verdict(limiter, "wrong", 0s, get_health), Verdict::pass);
}

TEST_F(LimiterTest, LetsInWhoHasAGoodKeyOfThisStage) {
  Limiter limiter(rules(), after(0s));
  EXPECT_EQ(verdict(limiter, "key of alice"), Verdict::pass);
  for (const char* key : {"", "wrong", "alice", "key of alic", "key of alicee", "key of bob", "key of carol"}) {
    EXPECT_EQ(verdict(limiter, key), Verdict::forbidden) << key;
  }
  EXPECT_EQ(with_fields(limiter, "X-Api-Key: key of alice\r\nx-api-key: key of alice\r\n").verdict, Verdict::forbidden);
  EXPECT_EQ(with_fields(limiter, "Authorization: key of alice\r\n").verdict, Verdict::forbidden);
}

TEST_F(LimiterTest, NamesTheKeysThatItKnows) {
  Limiter limiter(rules(), after(0s));
  EXPECT_EQ(judge(limiter, "key of alice").key_name, "alice");
  EXPECT_EQ(judge(limiter, "key of bob").key_name, "bob");
  EXPECT_EQ(judge(limiter, "wrong").key_name, "");
}

TEST_F(LimiterTest, GivesEachKeyItsOwnThrottle) {
  Rules strict = rules();
  strict.plans[0].throttle = only(3);
  Limiter limiter(strict, after(0s));
  EXPECT_EQ(passed(limiter, "key of alice", 10), 3);
  EXPECT_EQ(passed(limiter, "key of dave", 10), 3);
  EXPECT_EQ(verdict(limiter, "key of alice"), Verdict::throttled);
}

TEST_F(LimiterTest, HoldsAThrottleOfEachKind) {
  const auto passes = [](auto set) {
    Rules strict = rules();
    set(strict);
    Limiter limiter(strict, after(0s));
    return passed(limiter, "key of alice", 10);
  };
  EXPECT_EQ(passes([](Rules&) {}), 10);
  EXPECT_EQ(passes([](Rules& r) { r.throttle = only(5); }), 5);
  EXPECT_EQ(passes([](Rules& r) { r.client_throttle = only(4); }), 4);
  EXPECT_EQ(passes([](Rules& r) { r.route_throttles = {only(3)}; }), 3);
  EXPECT_EQ(passes([](Rules& r) { r.plans[0].route_throttles = {only(2)}; }), 2);
  EXPECT_EQ(passes([](Rules& r) { r.plans[0].route_throttles = {std::nullopt, only(0)}; }), 10);
  EXPECT_EQ(passes([](Rules& r) { r.plans[0].quota = Quota{.requests = 6, .period = Period::day}; }), 6);
}

TEST_F(LimiterTest, LooksAtKeysBeforeQuotasAndAtQuotasBeforeThrottles) {
  Rules strict = rules();
  strict.plans[0].quota = Quota{.requests = 1, .period = Period::day};
  strict.plans[0].throttle = only(1);
  strict.throttle = only(1);
  Limiter limiter(strict, after(0s));
  EXPECT_EQ(verdict(limiter, "key of alice"), Verdict::pass);
  EXPECT_EQ(verdict(limiter, "key of alice"), Verdict::quota_used_up);
  EXPECT_EQ(verdict(limiter, "key of dave"), Verdict::throttled);
  EXPECT_EQ(verdict(limiter, "wrong"), Verdict::forbidden);
}

TEST_F(LimiterTest, ChargesNothingForWhatItRefuses) {
  Rules strict = rules();
  strict.plans[0].quota = Quota{.requests = 3, .period = Period::day};
  strict.plans[0].throttle = {.requests_per_1000_s = 1'000, .burst = 1};
  strict.throttle = only(3);
  Limiter limiter(strict, after(0s));
  for (const auto at : {0s, 1s, 2s}) {
    EXPECT_EQ(passed(limiter, "key of alice", 5, at), 1);
    EXPECT_EQ(passed(limiter, "wrong", 5, at), 0);
  }
  EXPECT_EQ(verdict(limiter, "key of alice", 10s), Verdict::quota_used_up);
}

TEST_F(LimiterTest, SaysWhenToComeAgainIfItMay) {
  Rules strict = rules();
  strict.retry_after = RetryAfter::told;
  strict.plans[0].throttle = {.requests_per_1000_s = 500, .burst = 1};
  strict.throttle = {.requests_per_1000_s = 1'000, .burst = 1};
  Limiter limiter(strict, after(0s));
  EXPECT_EQ(judge(limiter, "key of alice").wait, std::nullopt);
  EXPECT_EQ(judge(limiter, "key of alice").wait, 2s);
  strict.plans[0].quota = Quota{.requests = 0, .period = Period::day};
  limiter.change(strict, after(0s));
  EXPECT_EQ(judge(limiter, "key of alice").wait, 12h);
  strict.retry_after = RetryAfter::hidden;
  limiter.change(strict, after(0s));
  EXPECT_EQ(judge(limiter, "key of alice").wait, std::nullopt);
  strict.retry_after = RetryAfter::told;
  strict.plans[0] = {.name = "partners", .throttle = only(0)};
  limiter.change(strict, after(0s));
  EXPECT_EQ(judge(limiter, "key of alice").wait, std::nullopt);
}

TEST_F(LimiterTest, KeepsWhatWasUsedWhenTheRulesChange) {
  Rules strict = rules();
  strict.plans[0].quota = Quota{.requests = 10, .period = Period::week};
  strict.plans[0].throttle = only(4);
  strict.throttle = only(100);
  Limiter limiter(strict, after(0s));
  EXPECT_EQ(passed(limiter, "key of alice", 10), 4);

  strict.plans[0].throttle.reset();
  strict.keys[0].digest = sha256("another key of alice");
  std::swap(strict.keys[0], strict.keys[3]);
  strict.throttle = only(7);
  limiter.change(strict, after(0s));
  EXPECT_EQ(verdict(limiter, "key of alice"), Verdict::forbidden);
  EXPECT_EQ(passed(limiter, "another key of alice", 10), 6);
  EXPECT_EQ(verdict(limiter, "key of dave"), Verdict::pass);
  EXPECT_EQ(verdict(limiter, "key of dave"), Verdict::throttled);
}

TEST_F(LimiterTest, CarriesOnFromAnEarlierProcess) {
  Rules strict = rules();
  strict.plans[0].quota = Quota{.requests = 10, .period = Period::month};
  Limiter first(strict, after(0s));
  EXPECT_EQ(passed(first, "key of alice", 7), 7);
  const std::vector<KeyUsage> used = first.usage();

  Limiter second(strict, after(1h));
  second.carry_on(used);
  EXPECT_EQ(second.usage(), used);
  EXPECT_EQ(passed(second, "key of alice", 10), 3);
  EXPECT_EQ(passed(second, "key of dave", 20), 10);
}

TEST_F(LimiterTest, IsExactForAllThreadsTogether) {
  Rules strict = rules();
  strict.plans[0].quota = Quota{.requests = 1'000, .period = Period::day};
  strict.throttle = only(700);
  Limiter limiter(strict, after(0s));
  std::atomic<int> total = 0;
  std::array<std::thread, 4> threads;
  for (std::thread& thread : threads) thread = std::thread([&] { total += passed(limiter, "key of alice", 500); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(total, 700);
}

TEST_F(LimiterTest, SpeaksThroughTheGatewayInItsWords) {
  Rules strict = rules();
  strict.plans[0].quota = Quota{.requests = 2, .period = Period::day};
  strict.plans[0].throttle = only(1);
  Limiter limiter(strict, after(0s));
  const Gateway gateway(*BasePaths::parse("(none)"), &limiter);
  const auto admit = [&](std::string_view method, std::string_view fields) {
    return gateway.admit(
        {.method = method, .path = "/counter", .query = "", .fields = http::Fields(fields), .body = ""}, after(0s));
  };
  EXPECT_EQ(admit("GET", "").refused, &forbidden);
  EXPECT_EQ(admit("GET", "").route, &routes()[get_counter]);
  EXPECT_EQ(admit("POST", "").refused, &no_such_route);
  EXPECT_EQ(admit("OPTIONS", "").refused, nullptr);
  EXPECT_EQ(admit("GET", "X-Api-Key: key of alice\r\n").key_name, "alice");
  EXPECT_EQ(admit("GET", "X-Api-Key: key of alice\r\n").refused, &too_many_requests);
  strict.plans[0].quota = Quota{.requests = 0, .period = Period::day};
  limiter.change(strict, after(0s));
  EXPECT_EQ(admit("GET", "X-Api-Key: key of alice\r\n").refused, &limit_exceeded);
}

TEST_F(LimiterTest, KnowsTheClientBehindATrustedProxy) {
  Rules trusting = rules();
  trusting.trusted_proxies = {*IpNetwork::parse("10.0.0.0/8")};
  const Limiter limiter(trusting, after(0ns));
  http::Request request{.method = "GET", .path = "", .query = "", .body = ""};
  request.fields = http::Fields("X-Forwarded-For: 192.0.2.1\r\n");
  request.peer = *parse_ip_address("10.0.0.1");
  EXPECT_EQ(limiter.client(request), parse_ip_address("192.0.2.1"));
  request.peer = *parse_ip_address("11.0.0.1");
  EXPECT_EQ(limiter.client(request), request.peer);
}

}  // namespace
}  // namespace vc::gateway
