// Anything that the ops listener asks of a store, done on the store's own thread.
#pragma once

#include <functional>
#include <utility>

#include "counter/store_driver.hpp"
#include "http/handler.hpp"
#include "http/suspend.hpp"

namespace vc::ops {

/// What the errand gives, awaited. Errors: its own, or it was not run.
template <class T>
http::Awaitable<counter::StoreResult<T>> on_store_thread(counter::Desk& desk,
                                                         std::function<counter::StoreResult<T>(WallTime now)> what) {
  counter::StoreResult<T> result;
  counter::Errand errand([&](WallTime now) { result = what(now); });
  co_await http::suspend([&](Resume done) { desk.send(errand, done); });
  if (errand.refused) co_return std::unexpected(std::move(*errand.refused));
  co_return result;
}

}  // namespace vc::ops
