#include "app/serve/monitoring.hpp"

#include "app/stores.hpp"
#include "app/version.hpp"

namespace vc::app {

void Monitoring::watch(std::string_view name, const http::ServerOptions& listener) {
  listeners_.push_back({name, listener.open_connections, listener.connections_max});
}

telemetry::Present Monitoring::present(counter::StoreDriver& driver) const {
  telemetry::Present present{.version = version,
                             .store = kind(config_.store),
                             .started = started_,
                             .queued_visits = driver.queued_visits(),
                             .queued_visits_max = config_.queued_visits_max,
                             .log_lines_dropped = log_.lines_dropped(),
                             .listeners = {}};
  for (const Watched& listener : listeners_) {
    present.listeners.push_back({listener.name, listener.connections->load(), listener.connections_max});
  }
  return present;
}

}  // namespace vc::app
