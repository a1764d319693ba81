#include "app/config/plans.hpp"

#include <gtest/gtest.h>

#include "limits.hpp"

namespace vc::app {
namespace {

using gateway::KeyRequired;
using gateway::KeyState;
using gateway::Rules;

const std::string digest = hex(sha256("a key"));

/// A plan `p`, and what a test adds.
std::string with_plan(std::string_view rest) { return fmt::format("[[usage_plan]]\nname = 'p'\n{}\n", rest); }

std::string with_key(std::string_view rest) {
  return with_plan(fmt::format("[[api_key]]\nname = 'k'\nplan = 'p'\nsha256 = '{}'\n{}", digest, rest));
}

std::string error(const std::string& toml) {
  Rules rules;
  const auto added = add_plans(rules, toml);
  return added ? "no error" : added.error().message;
}

TEST(Plans, AreReadWhole) {
  Rules rules;
  const auto added = add_plans(rules, fmt::format(R"(
[[route]]
path = "/counter"
api_key_required = true
rate = 0.5
burst = 3

[[usage_plan]]
name = "partners"
rate = 10
burst = 20
quota = 100000
period = "month"
stages = ["blue", "green"]
  [[usage_plan.route]]
  path = "/health"
  rate = 1

[[usage_plan]]
name = "free"

[[api_key]]
name = "alice@example.org"
sha256 = "{}"
plan = "free"
enabled = false
)",
                                                  digest));
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(rules.key_required[0], KeyRequired::yes);
  EXPECT_EQ(rules.key_required[2], KeyRequired::no);
  EXPECT_EQ(rules.route_throttles[0], (gateway::Throttle{.requests_per_1000_s = 500, .burst = 3}));
  EXPECT_FALSE(rules.route_throttles[2]);
  ASSERT_EQ(rules.plans.size(), 2U);
  const gateway::UsagePlan& plan = rules.plans[0];
  EXPECT_EQ(plan.name, "partners");
  EXPECT_EQ(plan.throttle, (gateway::Throttle{.requests_per_1000_s = 10'000, .burst = 20}));
  EXPECT_EQ(plan.quota, (gateway::Quota{.requests = 100'000, .period = gateway::Period::month}));
  EXPECT_EQ(plan.stages, (std::vector<std::string>{"blue", "green"}));
  EXPECT_EQ(plan.route_throttles[2], (gateway::Throttle{.requests_per_1000_s = 1'000, .burst = 1}));
  ASSERT_EQ(rules.keys.size(), 1U);
  EXPECT_EQ(rules.keys[0].name, "alice@example.org");
  EXPECT_EQ(rules.keys[0].digest, sha256("a key"));
  EXPECT_EQ(rules.keys[0].plan, 1U);
  EXPECT_EQ(rules.keys[0].state, KeyState::disabled);
}

TEST(Plans, MayBeMissing) {
  EXPECT_EQ(error(""), "no error");
  EXPECT_EQ(error("api_key = []"), "no error");
  EXPECT_EQ(error(with_key("")), "no error");
}

TEST(Plans, AreRefusedWithALineThatNamesTheirFault) {
  for (const auto& [toml, words] : std::initializer_list<std::pair<std::string, std::string_view>>{
           {"api_key = 1", "api_key: write [[api_key]]"},
           {"api_key = ['x']", "api_key: write [[api_key]]"},
           {"[usage_plan]\nname = 'p'", "usage_plan: write [[usage_plan]]"},
           {"[[usage_plan]]\nrate = 1", "usage_plan 1: name is missing"},
           {"[[usage_plan]]\nname = 'a b'", "usage_plan 1: name: 'a b' is no name"},
           {"[[usage_plan]]\nname = ''", "usage_plan 1: name: '' is no name"},
           {"[[usage_plan]]\nname = 1", "usage_plan 1: name: a string is expected"},
           {with_plan("[[usage_plan]]\nname = 'p'"), "usage_plan 2: 'p' is there twice"},
           {with_plan("colour = 'red'"), "usage_plan 1: there is no key 'colour'"},
           {with_plan("rate = -1"), "usage_plan 1: rate: '-1' is no rate"},
           {with_plan("rate = 0.0001"), "usage_plan 1: rate: '0.0001' is no rate"},
           {with_plan("rate = 1000001"), "usage_plan 1: rate: '1000001' is no rate"},
           {with_plan("rate = inf"), "usage_plan 1: rate: 'inf' is no rate"},
           {with_plan("rate = true"), "usage_plan 1: rate:"},
           {with_plan("burst = 1"), "usage_plan 1: burst is given without rate"},
           {with_plan("rate = 1\nburst = 1.5"), "usage_plan 1: burst:"},
           {with_plan("rate = 1\nburst = -1"), "usage_plan 1: burst: '-1' is not a whole number from 0 to 1000000"},
           {with_plan("quota = 1"), "usage_plan 1: quota and period go together"},
           {with_plan("period = 'day'"), "usage_plan 1: quota and period go together"},
           {with_plan("quota = 1\nperiod = 'year'"), "usage_plan 1: period: 'year' is none of day, week, month"},
           {with_plan("stages = 'blue'"), "usage_plan 1: stages: a list of stages is expected"},
           {with_plan("stages = []"), "usage_plan 1: stages: the list is empty"},
           {with_plan("stages = ['a/b']"), "usage_plan 1: stages: 'a/b' is no stage"},
           {with_plan("[[usage_plan.route]]\npath = '/x'"), "usage_plan 1: route: there is no route GET /x"},
           {with_plan("[[usage_plan.route]]\napi_key_required = true"),
            "usage_plan 1: route: usage_plan.route 1: there is no key 'api_key_required'"},
           {"[[route]]\npath = '/Counter'", "route 1: there is no route GET /Counter"},
           {"[[route]]\nmethod = 'POST'\npath = '/counter'", "route 1: there is no route POST /counter"},
           {"[[route]]\npath = '/counter'\n[[route]]\npath = '/counter'", "route 2: GET /counter is there twice"},
           {"[[route]]\npath = '/counter'\nmethod = 'OPTIONS'\napi_key_required = true",
            "route 1: a browser sends no key with a preflight"},
           {"[[route]]\npath = '/counter'\napi_key_required = 'yes'",
            "route 1: api_key_required: true or false is expected"},
           {with_plan("[[api_key]]\nplan = 'p'"), "api_key 1: name is missing"},
           {with_plan("[[api_key]]\nname = 'k'\nplan = 'p'"), "api_key 1: sha256 is missing"},
           {with_plan("[[api_key]]\nname = 'k'\nsha256 = 'a key'"), "api_key 1: sha256: 64 hexadecimal digits"},
           {with_plan("[[api_key]]\nname = 'k'\nsha256 = '" + digest + "'"), "api_key 1: plan is missing"},
           {with_plan("[[api_key]]\nname = 'k'\nplan = 'q'\nsha256 = '" + digest + "'"),
            "api_key 1: there is no usage plan 'q'"},
           {with_key("enabled = 1"), "api_key 1: enabled: true or false is expected"},
           {with_key("key = 'a key'"), "api_key 1: there is no key 'key'"},
           {with_key("[[api_key]]\nname = 'k'\nplan = 'p'\nsha256 = '" + std::string(64, '0') + "'"),
            "api_key 2: 'k' is there twice"},
           {with_key("[[api_key]]\nname = 'l'\nplan = 'p'\nsha256 = '" + digest + "'"),
            "api_key 2: its key is there twice"}}) {
    EXPECT_TRUE(error(toml).starts_with(words)) << toml << "\n" << error(toml);
  }
}

TEST(Plans, NeverRepeatWhatMayBeAKey) {
  EXPECT_EQ(error(with_plan("[[api_key]]\nname = 'k'\nsha256 = 'hunter2'")).find("hunter2"), std::string::npos);
}

TEST(Plans, AreBounded) {
  std::string many;
  for (std::size_t i = 0; i <= limits::api_keys_max; ++i) {
    many += fmt::format("[[api_key]]\nname = 'k{0}'\nplan = 'p'\nsha256 = '{0:064}'\n", i);
  }
  EXPECT_EQ(error(with_plan(many)), "there are more than 1000 keys");
}

TEST(Rate, IsReadToTheThousandth) {
  EXPECT_EQ(parse_rate("0"), 0U);
  EXPECT_EQ(parse_rate("1"), 1'000U);
  EXPECT_EQ(parse_rate("0.5"), 500U);
  EXPECT_EQ(parse_rate("12.345"), 12'345U);
  EXPECT_EQ(parse_rate("1000000"), 1'000'000'000U);
  for (const char* text : {"", ".", "1.", ".5", "-1", "1.2345", "1e3", "1000000.1", "1000001", "0x1", "1 ", "1.+5"}) {
    EXPECT_FALSE(parse_rate(text)) << text;
  }
}

TEST(Rate, BringsABurstOfOneSecond) {
  EXPECT_EQ(throttle_of(0).burst, 0U);
  EXPECT_EQ(throttle_of(1).burst, 1U);
  EXPECT_EQ(throttle_of(1'000).burst, 1U);
  EXPECT_EQ(throttle_of(10'500).burst, 11U);
}

}  // namespace
}  // namespace vc::app
