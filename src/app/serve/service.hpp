// One term of a server: the threads, sites and listeners between the sockets and a store.
#pragma once

#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.hpp"
#include "app/serve/doors.hpp"
#include "app/serve/monitoring.hpp"
#include "app/serve/public_site.hpp"
#include "app/serve/reload.hpp"
#include "app/serve/service_manager.hpp"
#include "app/serve/usage_file.hpp"
#include "app/serve/watchdog.hpp"
#include "app/stores.hpp"
#include "counter/store_driver.hpp"
#include "http/server.hpp"
#include "ops/ops_site.hpp"
#include "telemetry/metrics/measured_store.hpp"

namespace vc::app {

/// The owner of a store has all doors. A standby has the preview door alone, and a store of its own.
enum class Office { owner, standby };

class Worker;

/// Thread: the one that calls `run`, except where said. Lifetime: everything handed in outlives it.
class Service final {
 public:
  enum class End { stopped, parted };

  /// Opens those doors that it needs and that are not open.
  Service(const Configuration& configuration, ReadConfiguration read_again, Office office, OpenStore& store,
          Doors& doors, ServiceManager& manager, telemetry::Log& log, const Clock& clock);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  http::Loop& loop();
  counter::Desk& desk();

  /// While one is there the loop goes on: for what waits for an answer of the store.
  class Busy final {
   public:
    explicit Busy(Service& service) : service_(service) { ++service_.busy_; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
    ~Busy() {
      --service_.busy_;
      service_.finish_if_ready();
    }

   private:
    Service& service_;
  };

  /// Called when the end begins, on the loop: what waits on the loop ends then.
  void at_end(std::function<void()> action) { at_end_.push_back(std::move(action)); }

  /// Ends this term: everything in flight is answered; the doors stay open, and have the connections. Thread: the
  /// loop's.
  void part();

  /// Ends it for good: the doors are closed. Thread: the loop's.
  void stop(std::string_view reason);

  /// Until a signal, a broken store, or `part`. Nothing uses the store any more when it returns. Errors: could not
  /// start, or the store broke.
  Result<End> run();

 private:
  counter::StoreEvents store_events();
  Result<void> start();
  Result<void> open_doors();
  Result<void> open_public(Door& door, const http::Endpoint& address, function::Traffic traffic);
  void serve_ops(http::Acceptor acceptor);
  void tell_where();
  void tell_manager();
  void await_signals();
  std::vector<http::Loop*> other_loops();
  void run_loops();
  void end(End end);
  void keep(Door& door, std::vector<http::Passed> connections);
  void end_rest();
  void finish_if_ready();

  const Config& config_;
  const Office office_;
  Doors& doors_;
  ServiceManager& manager_;
  telemetry::Log& log_;
  const Clock& clock_;
  gateway::Limiter limiter_;
  const PublicApi api_;
  OpenStore& store_;
  UsageFile usage_file_;
  telemetry::Metrics metrics_;
  Monitoring monitoring_;
  telemetry::MeasuredStore measured_store_;
  counter::StoreDriver driver_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<boost::asio::signal_set> signals_;
  std::optional<Reloader> reloader_;
  std::shared_ptr<http::CurrentTls> tls_;
  std::unique_ptr<ops::CountersApi> counters_api_;
  std::unique_ptr<ops::InvokeApi> invoke_api_;
  std::unique_ptr<ops::Dashboard> dashboard_;
  std::unique_ptr<ops::OpsSite> ops_site_;
  std::unique_ptr<http::Server> ops_server_;
  std::optional<Watchdog> watchdog_;
  std::vector<std::function<void()>> at_end_;

  std::optional<counter::StoreError> broken_;  // the first loop's thread, as is all below
  bool stopping_ = false;
  End end_ = End::stopped;
  std::size_t to_drain_ = 0;
  std::size_t busy_ = 0;
  bool drained_ = false;
};

}  // namespace vc::app
