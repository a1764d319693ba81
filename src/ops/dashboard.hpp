// The page that shows the counter to the one who runs it: its files, its history, and its figures as they change.
#pragma once

#include <functional>
#include <list>
#include <string>

#include "base/clock.hpp"
#include "counter/store.hpp"
#include "counter/store_driver.hpp"
#include "http/handler.hpp"
#include "http/loop.hpp"
#include "ops/dashboard_json.hpp"
#include "telemetry/metrics/recent.hpp"

namespace vc::ops {

struct DashboardOptions {
  counter::Counter counter;
  std::function<telemetry::Present()> present;
};

/// Thread: its loop's; the store is used on the driver's. Lifetime: everything handed in outlives it; it outlives the
/// loop's `run`.
class Dashboard final {
 public:
  Dashboard(http::Loop& loop, counter::Desk& desk, counter::CounterStore& store, const telemetry::Metrics& metrics,
            const Clock& clock, DashboardOptions options)
      : loop_(loop),
        desk_(desk),
        store_(store),
        metrics_(metrics),
        clock_(clock),
        options_(std::move(options)),
        step_(loop.executor()) {}

  /// Looks at the traffic from now on, until `stop`.
  void start();

  /// Ends the streams: each tells its page why.
  void stop();

  /// Whether this is a page or a file of ours.
  static bool has(std::string_view path);

  /// Sends the one reply. Requires: a GET of what we have.
  http::Awaitable<void> handle(const http::Request& request, http::Reply& reply);

 private:
  using Watchers = std::list<http::Timer>;

  http::Awaitable<void> look();
  http::Awaitable<void> stream(http::Reply& reply);
  http::Awaitable<std::string> figures();
  http::Awaitable<counter::StoreResult<counter::History>> history(counter::HourRange hours);
  static void send_file(std::string_view path, http::Reply& reply);
  static void send_history(const counter::StoreResult<counter::History>& history, http::Reply& reply);
  static void refuse_one_more(http::Reply& reply);
  static void begin_stream(http::Reply& reply);

  http::Loop& loop_;
  counter::Desk& desk_;
  counter::CounterStore& store_;
  const telemetry::Metrics& metrics_;
  const Clock& clock_;
  const DashboardOptions options_;
  telemetry::RecentTraffic recent_;
  http::Timer step_;
  Watchers watchers_;  // what each stream waits for between two events
  bool stopping_ = false;
};

}  // namespace vc::ops
