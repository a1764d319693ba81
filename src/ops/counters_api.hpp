// The counters on the ops listener: what the program's own commands ask of a store that a server has.
#pragma once

#include "counter/full_store.hpp"
#include "counter/store_driver.hpp"
#include "http/handler.hpp"
#include "telemetry/log.hpp"

namespace vc::ops {

/// `GET /counters` lists them, `GET /counters/ID` shows one, `PUT /counters/ID` sets one. `GET
/// /counters/ID/history?from=HOUR` tells how many visits came when, from that hour since 1970 on.
/// `POST /counters` takes over an array of records, all or none, `PUT /counters` also where counters are there. `GET
/// /backup` is an SQLite file with all of them. Thread: its loop's; the store is used on the driver's thread. Lifetime:
/// everything handed in outlives it.
class CountersApi final {
 public:
  CountersApi(counter::Desk& desk, counter::FullStore& store, telemetry::Log& log, counter::CounterOf counter_of)
      : desk_(desk), store_(store), log_(log), counter_of_(std::move(counter_of)) {}

  /// nullopt: the path is none of these.
  http::Awaitable<std::optional<http::Response>> answer(const http::Request& request);

 private:
  http::Awaitable<http::Response> list();
  http::Awaitable<http::Response> take_over(const http::Request& request);
  http::Awaitable<http::Response> copy();
  http::Awaitable<http::Response> counter(const http::Request& request, std::string_view id);
  http::Awaitable<http::Response> history(const http::Request& request, std::string_view id);
  http::Awaitable<http::Response> read(counter::Counter counter);
  http::Awaitable<http::Response> correct(counter::Counter counter, counter::Count count);
  http::Awaitable<http::Response> correct_if(counter::Counter counter, counter::Count expected, counter::Count count);
  http::Response corrected(const counter::CounterId& id, const counter::StoreResult<counter::Record>& record);

  counter::Desk& desk_;
  counter::FullStore& store_;
  telemetry::Log& log_;
  const counter::CounterOf counter_of_;
};

}  // namespace vc::ops
