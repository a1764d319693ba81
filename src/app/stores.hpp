// The store that the configuration names.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "app/config.hpp"
#include "base/result.hpp"
#include "counter/store.hpp"

namespace vc::app {

/// A store for `serve`, created if it is absent.
struct OpenStore {
  std::unique_ptr<counter::CounterStore> store;
  std::function<Result<void>(std::string_view ops_address)> announce_ops;  // for the commands of other processes
};

Result<OpenStore> open_store(const StoreUri& uri);

/// `sqlite:/var/lib/visitor-counter/visits.db`
std::string text(const StoreUri& uri);

}  // namespace vc::app
