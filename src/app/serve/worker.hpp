// One I/O thread: its loop, its desk, its share of the public listeners.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "app/serve/public_site.hpp"
#include "counter/store_driver.hpp"
#include "http/server.hpp"
#include "telemetry/log.hpp"

namespace vc::app {

/// Thread: its loop's, except where said. Lifetime: everything handed in outlives it.
class Worker final {
 public:
  Worker(counter::StoreDriver& driver, telemetry::Log& log, telemetry::SiteMetrics& metrics, const Clock& clock);

  http::Loop& loop() { return loop_; }
  counter::Desk& desk() { return desk_; }

  /// Before the loop runs. Gives the server, which takes connections.
  http::Server& serve(http::Acceptor acceptor, const PublicApi& api, function::Traffic traffic,
                      const http::ServerOptions& options);

  using Drained = std::function<void(function::Traffic, std::vector<http::Passed>)>;

  /// Thread: any. Calls `drained` once for each listener, on its loop's, with what it lets go of: nothing if it stops.
  void stop(const Drained& drained);
  void part(const Drained& drained);

  std::size_t listeners() const { return sites_.size(); }

 private:
  struct Site {
    function::Traffic traffic;
    std::unique_ptr<PublicSite> site;
    std::unique_ptr<http::Server> server;
  };

  const Clock& clock_;
  http::Loop loop_;
  counter::Desk desk_;
  telemetry::TurnLog log_;
  telemetry::SiteMetrics& metrics_;
  std::vector<Site> sites_;
};

}  // namespace vc::app
