// Holds requests against the rules, in API Gateway's order: key, quota, throttles. All are checked, then all charged: a
// request that is refused costs nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "gateway/client.hpp"
#include "gateway/quota.hpp"
#include "gateway/rules.hpp"
#include "gateway/throttle.hpp"
#include "http/message.hpp"

namespace vc::gateway {

/// One moment on both clocks: throttles need one that does not jump, quotas the calendar.
struct Moment {
  SteadyTime steady;
  WallTime wall;
};

enum class Verdict { pass, forbidden, quota_used_up, throttled };

struct Ruling {
  Verdict verdict = Verdict::pass;
  std::string key_name;  // of the key it came with, if we know it
  /// When to come again, if it was too early and the rules let it be told; nullopt also where there is no such time.
  std::optional<std::chrono::nanoseconds> wait;
};

/// What a key has used of its quota.
struct KeyUsage {
  std::string key_name;
  Usage usage;

  bool operator==(const KeyUsage&) const = default;
};

/// One for the process: what it allows, it allows all threads together. Thread: any.
class Limiter final {
 public:
  Limiter(Rules rules, Moment now);
  Limiter(const Limiter&) = delete;
  Limiter& operator=(const Limiter&) = delete;
  ~Limiter() = default;

  /// Without a lock: whether every request passes.
  bool allows_everything() const { return allows_everything_.load(std::memory_order_relaxed); }

  /// `route` is its place in routes().
  Ruling judge(std::size_t route, const http::Request& request, Moment now);

  /// As the trusted proxies in force have it.
  IpAddress client(const http::Request& request) const;

  /// Other rules from now on. What a throttle, or the key of this name, has used stays used.
  void change(Rules rules, Moment now);

  std::vector<KeyUsage> usage() const;
  /// Carries on from an earlier process.
  void carry_on(std::span<const KeyUsage> before);

 private:
  using RouteBuckets = std::vector<std::optional<TokenBucket>>;

  /// What one key has used.
  struct Account {
    std::optional<TokenBucket> bucket;
    RouteBuckets route_buckets;
    std::optional<QuotaMeter> quota;
  };

  static void update(std::optional<TokenBucket>& bucket, const std::optional<Throttle>& throttle, SteadyTime now);
  static void update(RouteBuckets& buckets, const RouteThrottles& throttles, SteadyTime now);
  static Account updated(Account account, const UsagePlan& plan, Moment now);

  void apply(Rules rules, std::vector<Account> accounts, Moment now);
  Ruling decide(std::size_t route, const http::Request& request, Moment now);
  std::optional<std::size_t> find_key(const http::Request& request) const;
  bool is_good(const ApiKey& key) const;

  std::atomic<bool> allows_everything_ = true;

  mutable std::mutex mutex_;  // guards all below
  Rules rules_;
  std::vector<Account> accounts_;  // of rules_.keys, in their order
  std::optional<TokenBucket> bucket_;
  RouteBuckets route_buckets_;
  std::optional<ClientBuckets> clients_;
};

}  // namespace vc::gateway
