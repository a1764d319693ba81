#include "app/config/plans.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "app/config/toml.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "gateway/gateway.hpp"
#include "limits.hpp"

namespace vc::app {

using gateway::KeyRequired;
using gateway::KeyState;
using gateway::Period;
using gateway::Rules;
using gateway::Throttle;

namespace {

constexpr std::uint64_t thousand = 1'000;

Result<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  return fail("a string is expected");
}

Result<bool> truth_of(const toml::node& node) {
  if (const auto* truth = node.as_boolean()) return truth->get();
  return fail("true or false is expected");
}

Result<std::uint64_t> number_of(const toml::node& node, std::uint64_t max) {
  const auto* number = node.as_integer();
  return parse_number(number != nullptr ? std::to_string(number->get()) : "what is no number", 0, max);
}

Result<std::uint64_t> rate_of(const toml::node& node) {
  if (const auto* number = node.as_integer()) return parse_rate(std::to_string(number->get()));
  if (const auto* number = node.as_floating_point()) return parse_rate(fmt::format("{}", number->get()));
  return parse_rate("what is no number");
}

Result<std::string> stage_of(const toml::node& node) {
  auto text = text_of(node);
  if (text && !gateway::is_stage(*text)) return fail("'{}' is no stage: use A-Z a-z 0-9 _ -", *text);
  return text;
}

Result<Period> period_of(const toml::node& node) {
  const auto text = text_of(node);
  if (!text) return std::unexpected(text.error());
  const auto period = gateway::parse_period(*text);
  if (!period) return fail("'{}' is none of day, week, month", *text);
  return *period;
}

// What stands there may be the key itself: it is not repeated.
Result<Sha256> digest_of(const toml::node& node) {
  const auto text = text_of(node);
  const auto digest = text ? parse_sha256(*text) : std::nullopt;
  if (!digest) return fail("64 hexadecimal digits are expected, as `visitor-counter key create` prints them");
  return *digest;
}

template <class T, class U>
Result<void> assign(T& to, Result<U> value) {
  if (!value) return std::unexpected(value.error());
  to = std::move(*value);
  return {};
}

/// What a key of a table does with its value.
template <class Draft>
struct Key {
  std::string_view name;
  Result<void> (*apply)(Draft& draft, const toml::node& value);
};

/// A table that is being read.
template <class Draft>
Result<Draft> read(const toml::table& table, std::span<const Key<Draft>> keys) {
  Draft draft;
  for (const auto& [name, value] : table) {
    const auto key = std::ranges::find(keys, std::string_view(name.str()), &Key<Draft>::name);
    if (key == keys.end()) return fail("there is no key '{}'", name.str());
    if (const auto applied = key->apply(draft, value); !applied) {
      return fail("{}: {}", name.str(), applied.error().message);
    }
  }
  return draft;
}

/// All tables of an array. Errors name the one that is meant, `api_key 2`.
template <class Draft>
Result<std::vector<Draft>> read_all(const toml::node* array, std::string_view array_name,
                                    std::span<const Key<Draft>> keys) {
  std::vector<Draft> drafts;
  if (array == nullptr) return drafts;
  if (!array->is_array_of_tables() && !(array->is_array() && array->as_array()->empty())) {
    return fail("{}: write [[{}]] and its keys below", array_name, array_name);
  }
  for (const toml::node& table : *array->as_array()) {
    auto draft = read(*table.as_table(), keys);
    if (!draft) return fail("{} {}: {}", array_name, drafts.size() + 1, draft.error().message);
    drafts.push_back(std::move(*draft));
  }
  return drafts;
}

struct ThrottleDraft {
  std::optional<std::uint64_t> rate, burst;

  Result<std::optional<Throttle>> finished() const {
    if (!rate && burst) return fail("burst is given without rate");
    if (!rate) return std::nullopt;
    Throttle throttle = throttle_of(*rate);
    throttle.burst = burst.value_or(throttle.burst);
    return throttle;
  }
};

struct RouteDraft : ThrottleDraft {
  std::string method = "GET", path;
  KeyRequired key_required = KeyRequired::no;
};

struct PlanDraft : ThrottleDraft {
  gateway::UsagePlan plan;
  std::vector<RouteDraft> routes;
  std::optional<std::uint64_t> quota;
  std::optional<Period> period;
};

struct KeyDraft {
  gateway::ApiKey key;
  std::optional<Sha256> digest;
  std::string plan;
};

template <class Draft>
constexpr Key<Draft> rate_key = {"rate",
                                 [](Draft& draft, const toml::node& v) { return assign(draft.rate, rate_of(v)); }};
template <class Draft>
constexpr Key<Draft> burst_key = {
    "burst", [](Draft& draft, const toml::node& v) { return assign(draft.burst, number_of(v, limits::throttle_max)); }};

Result<void> assign_required(KeyRequired& to, const toml::node& value) {
  const auto truth = truth_of(value);
  if (!truth) return std::unexpected(truth.error());
  to = *truth ? KeyRequired::yes : KeyRequired::no;
  return {};
}

constexpr auto route_keys = std::to_array<Key<RouteDraft>>(
    {{"method", [](RouteDraft& d, const toml::node& v) { return assign(d.method, text_of(v)); }},
     {"path", [](RouteDraft& d, const toml::node& v) { return assign(d.path, text_of(v)); }},
     {"api_key_required", [](RouteDraft& d, const toml::node& v) { return assign_required(d.key_required, v); }},
     rate_key<RouteDraft>,
     burst_key<RouteDraft>});

/// As in a plan, where no key can be required.
constexpr auto plan_route_keys =
    std::to_array<Key<RouteDraft>>({route_keys[0], route_keys[1], route_keys[3], route_keys[4]});

Result<void> assign_name(std::string& to, const toml::node& value) {
  const auto text = text_of(value);
  return text ? assign(to, parse_plan_name(*text)) : std::unexpected(text.error());
}

Result<void> assign_stages(std::vector<std::string>& to, const toml::node& value) {
  if (!value.is_array()) return fail("a list of stages is expected");
  for (const toml::node& item : *value.as_array()) {
    auto stage = stage_of(item);
    if (!stage) return std::unexpected(stage.error());
    to.push_back(std::move(*stage));
  }
  return to.empty() ? fail("the list is empty; without it the plan is good for every stage") : Result<void>{};
}

constexpr auto plan_keys = std::to_array<Key<PlanDraft>>(
    {{"name", [](PlanDraft& d, const toml::node& v) { return assign_name(d.plan.name, v); }},
     {"quota", [](PlanDraft& d, const toml::node& v) { return assign(d.quota, number_of(v, limits::quota_max)); }},
     {"period", [](PlanDraft& d, const toml::node& v) { return assign(d.period, period_of(v)); }},
     {"stages", [](PlanDraft& d, const toml::node& v) { return assign_stages(d.plan.stages, v); }},
     {"route",
      [](PlanDraft& d, const toml::node& v) {
        return assign(d.routes, read_all<RouteDraft>(&v, "usage_plan.route", plan_route_keys));
      }},
     rate_key<PlanDraft>,
     burst_key<PlanDraft>});

Result<void> assign_state(KeyState& to, const toml::node& value) {
  const auto truth = truth_of(value);
  if (!truth) return std::unexpected(truth.error());
  to = *truth ? KeyState::enabled : KeyState::disabled;
  return {};
}

constexpr auto key_keys = std::to_array<Key<KeyDraft>>(
    {{"name", [](KeyDraft& d, const toml::node& v) { return assign_name(d.key.name, v); }},
     {"sha256", [](KeyDraft& d, const toml::node& v) { return assign(d.digest, digest_of(v)); }},
     {"plan", [](KeyDraft& d, const toml::node& v) { return assign_name(d.plan, v); }},
     {"enabled", [](KeyDraft& d, const toml::node& v) { return assign_state(d.key.state, v); }}});

/// The route's place in the gateway's table.
Result<std::size_t> place_of(const RouteDraft& draft) {
  const auto all = gateway::routes();
  const auto route = std::ranges::find_if(
      all, [&](const gateway::Route& each) { return each.path == draft.path && each.method == draft.method; });
  if (route == all.end()) return fail("there is no route {} {}", draft.method, draft.path);
  return static_cast<std::size_t>(route - all.begin());
}

Result<void> add_route(gateway::RouteThrottles& throttles, std::set<std::size_t>& seen, const RouteDraft& draft) {
  const auto place = place_of(draft);
  if (!place) return std::unexpected(place.error());
  if (!seen.insert(*place).second) return fail("{} {} is there twice", draft.method, draft.path);
  const auto throttle = draft.finished();
  if (!throttle) return std::unexpected(throttle.error());
  throttles.resize(gateway::routes().size());
  throttles[*place] = *throttle;
  return {};
}

Result<void> add(Rules& rules, const std::vector<RouteDraft>& drafts) {
  std::set<std::size_t> seen;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const auto failed = [&](const Error& error) { return fail("route {}: {}", i + 1, error.message); };
    if (const auto added = add_route(rules.route_throttles, seen, drafts[i]); !added) return failed(added.error());
    if (drafts[i].key_required == KeyRequired::no) continue;
    if (drafts[i].method == "OPTIONS") return failed({"a browser sends no key with a preflight"});
    rules.key_required.resize(gateway::routes().size());
    rules.key_required[*place_of(drafts[i])] = KeyRequired::yes;
  }
  return {};
}

Result<gateway::UsagePlan> finished(PlanDraft draft) {
  if (draft.plan.name.empty()) return fail("name is missing");
  if (draft.quota.has_value() != draft.period.has_value()) return fail("quota and period go together");
  if (draft.quota) draft.plan.quota = gateway::Quota{.requests = *draft.quota, .period = *draft.period};
  if (const auto done = assign(draft.plan.throttle, draft.finished()); !done) return std::unexpected(done.error());
  std::set<std::size_t> seen;
  for (const RouteDraft& route : draft.routes) {
    const auto added = add_route(draft.plan.route_throttles, seen, route);
    if (!added) return fail("route: {}", added.error().message);
  }
  return std::move(draft.plan);
}

Result<void> add(Rules& rules, std::vector<PlanDraft> drafts) {
  if (drafts.size() > limits::usage_plans_max) return fail("there are more than {} plans", limits::usage_plans_max);
  for (PlanDraft& draft : drafts) {
    auto plan = finished(std::move(draft));
    if (!plan) return fail("usage_plan {}: {}", rules.plans.size() + 1, plan.error().message);
    if (std::ranges::find(rules.plans, plan->name, &gateway::UsagePlan::name) != rules.plans.end()) {
      return fail("usage_plan {}: '{}' is there twice", rules.plans.size() + 1, plan->name);
    }
    rules.plans.push_back(std::move(*plan));
  }
  return {};
}

Result<gateway::ApiKey> finished(KeyDraft draft, const Rules& rules) {
  if (draft.key.name.empty()) return fail("name is missing");
  if (!draft.digest) return fail("sha256 is missing");
  if (draft.plan.empty()) return fail("plan is missing");
  const auto plan = std::ranges::find(rules.plans, draft.plan, &gateway::UsagePlan::name);
  if (plan == rules.plans.end()) return fail("there is no usage plan '{}'", draft.plan);
  draft.key.plan = static_cast<std::size_t>(plan - rules.plans.begin());
  draft.key.digest = *draft.digest;
  return std::move(draft.key);
}

Result<void> add(Rules& rules, std::vector<KeyDraft> drafts) {
  if (drafts.size() > limits::api_keys_max) return fail("there are more than {} keys", limits::api_keys_max);
  std::set<std::string> names;
  std::set<Sha256> digests;
  for (KeyDraft& draft : drafts) {
    auto key = finished(std::move(draft), rules);
    if (!key) return fail("api_key {}: {}", rules.keys.size() + 1, key.error().message);
    if (!names.insert(key->name).second) return fail("api_key {}: '{}' is there twice", names.size() + 1, key->name);
    if (!digests.insert(key->digest).second) return fail("api_key {}: its key is there twice", names.size());
    rules.keys.push_back(std::move(*key));
  }
  return {};
}

/// Reads the tables of one kind, and adds them.
template <class Draft>
Result<void> add_tables(Rules& rules, const toml::table& file, std::string_view name,
                        std::span<const Key<Draft>> keys) {
  auto drafts = read_all(file.get(name), name, keys);
  if (!drafts) return std::unexpected(drafts.error());
  return add(rules, std::move(*drafts));
}

}  // namespace

bool is_plan_table(std::string_view key) { return key == "route" || key == "usage_plan" || key == "api_key"; }

Result<void> add_plans(Rules& rules, std::string_view toml) {
  const toml::parse_result parsed = toml::parse(toml);
  if (!parsed) return fail("{}", parsed.error().description());
  const toml::table& file = parsed.table();
  if (auto done = add_tables<RouteDraft>(rules, file, "route", route_keys); !done) return done;
  if (auto done = add_tables<PlanDraft>(rules, file, "usage_plan", plan_keys); !done) return done;
  return add_tables<KeyDraft>(rules, file, "api_key", key_keys);
}

Result<std::uint64_t> parse_rate(std::string_view text) {
  const auto failed = [&] {
    return fail("'{}' is no rate: write requests a second, from 0 to {}, with three decimals at most", text,
                limits::throttle_max);
  };
  const auto point = text.find('.');
  std::string decimals(point == std::string_view::npos ? "" : text.substr(point + 1));
  if (decimals.size() > 3 || (point != std::string_view::npos && decimals.empty())) return failed();
  decimals.resize(3, '0');
  const auto whole = parse_number(text.substr(0, point), 0, limits::throttle_max);
  const auto rest = parse_number(decimals, 0, thousand);
  if (!whole || !rest || *whole * thousand + *rest > limits::throttle_max * thousand) return failed();
  return *whole * thousand + *rest;
}

Throttle throttle_of(std::uint64_t requests_per_1000_s) {
  return {.requests_per_1000_s = requests_per_1000_s, .burst = (requests_per_1000_s + thousand - 1) / thousand};
}

Result<std::string> parse_plan_name(std::string_view text) {
  const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '@' || c == '-'; };
  if (text.empty() || text.size() > limits::plan_name_chars_max || !std::ranges::all_of(text, allowed)) {
    return fail("'{}' is no name: use 1 to {} of A-Z a-z 0-9 . _ @ -", text, limits::plan_name_chars_max);
  }
  return std::string(text);
}

}  // namespace vc::app
