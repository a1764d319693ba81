// Tells the service manager that this process is alive, for as long as it is: each I/O loop turns, and the store's
// thread does what it is given. A store that fails and says so is alive.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "app/serve/service_manager.hpp"
#include "counter/store_driver.hpp"
#include "http/loop.hpp"

namespace vc::app {

/// Thread: the first loop's. Lifetime: all that is handed in outlives it; it outlives the `run` of the loops.
class Watchdog final {
 public:
  /// `first` is the loop that it runs on, `desk` that loop's.
  Watchdog(ServiceManager& manager, http::Loop& first, counter::Desk& desk, std::vector<http::Loop*> others);

  /// Does nothing if the service manager has no watchdog.
  void start();
  void stop();

 private:
  void wait();
  void ask();
  void heard();

  ServiceManager& manager_;
  http::Loop& first_;
  counter::Desk& desk_;
  const std::vector<http::Loop*> others_;
  http::Timer timer_;
  std::optional<counter::Errand> errand_;
  std::size_t silent_ = 0;  // of those that were asked
  bool stopped_ = false;
};

}  // namespace vc::app
