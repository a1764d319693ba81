#include "gateway/limiter.hpp"

#include <boost/container/static_vector.hpp>

#include <algorithm>
#include <utility>

#include "limits.hpp"

namespace vc::gateway {
namespace {

/// The buckets that one request needs a token of.
class Needed final {
 public:
  void add(std::optional<TokenBucket>& bucket) {
    if (bucket) add(*bucket);
  }
  void add(std::vector<std::optional<TokenBucket>>& of_routes, std::size_t route) {
    if (route < of_routes.size()) add(of_routes[route]);
  }
  void add(TokenBucket& bucket) { buckets_.push_back(&bucket); }

  bool all_have_a_token(SteadyTime now) {
    bool all = true;
    for (TokenBucket* bucket : buckets_) all = bucket->has_token(now) && all;
    return all;
  }

  std::optional<std::chrono::nanoseconds> wait() const {
    std::chrono::nanoseconds longest(0);
    for (const TokenBucket* bucket : buckets_) {
      const auto wait = bucket->wait();
      if (!wait) return std::nullopt;
      longest = std::max(longest, *wait);
    }
    return longest;
  }

  void take() {
    for (TokenBucket* bucket : buckets_) bucket->take();
  }

 private:
  boost::container::static_vector<TokenBucket*, 5> buckets_;
};

}  // namespace

Limiter::Limiter(Rules rules, Moment now) { change(std::move(rules), now); }

Ruling Limiter::judge(std::size_t route, const http::Request& request, Moment now) {
  const std::lock_guard lock(mutex_);
  Ruling ruling = decide(route, request, now);
  if (rules_.retry_after == RetryAfter::hidden) ruling.wait.reset();
  return ruling;
}

Ruling Limiter::decide(std::size_t route, const http::Request& request, Moment now) {
  Ruling ruling;
  Needed needed;
  QuotaMeter* quota = nullptr;
  if (route < rules_.key_required.size() && rules_.key_required[route] == KeyRequired::yes) {
    const auto key = find_key(request);
    if (key) ruling.key_name = rules_.keys[*key].name;
    ruling.verdict = Verdict::forbidden;
    if (!key || !is_good(rules_.keys[*key])) return ruling;
    Account& account = accounts_[*key];
    quota = account.quota ? &*account.quota : nullptr;
    needed.add(account.route_buckets, route);
    needed.add(account.bucket);
  }
  if (quota != nullptr && !quota->has_room(now.wall)) {
    ruling.verdict = Verdict::quota_used_up;
    ruling.wait = QuotaMeter::wait(quota->quota().period, now.wall);
    return ruling;
  }
  if (clients_) needed.add(clients_->of(client_of(request, rules_.trusted_proxies), now.steady));
  needed.add(route_buckets_, route);
  needed.add(bucket_);
  if (!needed.all_have_a_token(now.steady)) {
    ruling.verdict = Verdict::throttled;
    ruling.wait = needed.wait();
    return ruling;
  }
  needed.take();
  if (quota != nullptr) quota->take();
  ruling.verdict = Verdict::pass;
  return ruling;
}

// Every key is looked at: how long it takes says nothing of which one it is, or how near.
std::optional<std::size_t> Limiter::find_key(const http::Request& request) const {
  if (request.fields.count("x-api-key") != 1) return std::nullopt;
  const Sha256 digest = sha256(*request.fields.find("x-api-key"));
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < rules_.keys.size(); ++i) {
    if (same_secret(rules_.keys[i].digest, digest)) found = i;
  }
  return found;
}

bool Limiter::is_good(const ApiKey& key) const {
  const auto& stages = rules_.plans[key.plan].stages;
  return key.state == KeyState::enabled && (stages.empty() || std::ranges::find(stages, rules_.stage) != stages.end());
}

IpAddress Limiter::client(const http::Request& request) const {
  const std::lock_guard lock(mutex_);
  return client_of(request, rules_.trusted_proxies);
}

void Limiter::change(Rules rules, Moment now) {
  const std::lock_guard lock(mutex_);
  std::vector<Account> accounts;
  for (const ApiKey& key : rules.keys) {
    const auto before = std::ranges::find(rules_.keys, key.name, &ApiKey::name);
    Account account;
    if (before != rules_.keys.end()) account = accounts_[static_cast<std::size_t>(before - rules_.keys.begin())];
    accounts.push_back(updated(std::move(account), rules.plans[key.plan], now));
  }
  apply(std::move(rules), std::move(accounts), now);
}

void Limiter::apply(Rules rules, std::vector<Account> accounts, Moment now) {
  rules_ = std::move(rules);
  accounts_ = std::move(accounts);
  update(bucket_, rules_.throttle, now.steady);
  update(route_buckets_, rules_.route_throttles, now.steady);
  if (!rules_.client_throttle) {
    clients_.reset();
  } else if (clients_) {
    clients_->change(*rules_.client_throttle, now.steady);
  } else {
    clients_.emplace(*rules_.client_throttle, limits::throttled_clients_max);
  }
  allows_everything_ = rules_.allow_everything();
}

Limiter::Account Limiter::updated(Account account, const UsagePlan& plan, Moment now) {
  update(account.bucket, plan.throttle, now.steady);
  update(account.route_buckets, plan.route_throttles, now.steady);
  const auto before = std::exchange(account.quota, std::nullopt);
  if (plan.quota) account.quota.emplace(*plan.quota, now.wall);
  if (account.quota && before) account.quota->carry_on(before->usage());
  return account;
}

void Limiter::update(std::optional<TokenBucket>& bucket, const std::optional<Throttle>& throttle, SteadyTime now) {
  if (!throttle) {
    bucket.reset();
  } else if (bucket) {
    bucket->change(*throttle, now);
  } else {
    bucket.emplace(*throttle, now);
  }
}

void Limiter::update(RouteBuckets& buckets, const RouteThrottles& throttles, SteadyTime now) {
  buckets.resize(throttles.size());
  for (std::size_t route = 0; route < throttles.size(); ++route) update(buckets[route], throttles[route], now);
}

std::vector<KeyUsage> Limiter::usage() const {
  const std::lock_guard lock(mutex_);
  std::vector<KeyUsage> all;
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    if (accounts_[i].quota) all.push_back({.key_name = rules_.keys[i].name, .usage = accounts_[i].quota->usage()});
  }
  return all;
}

void Limiter::carry_on(std::span<const KeyUsage> before) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    const auto found = std::ranges::find(before, rules_.keys[i].name, &KeyUsage::key_name);
    if (found != before.end() && accounts_[i].quota) accounts_[i].quota->carry_on(found->usage);
  }
}

}  // namespace vc::gateway
