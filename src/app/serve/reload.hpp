// SIGHUP: the configuration is read again, and what can change while the server runs does.
#pragma once

#include <boost/asio/signal_set.hpp>

#include <functional>
#include <vector>

#include "app/config/config.hpp"
#include "app/serve/service_manager.hpp"
#include "base/result.hpp"
#include "http/loop.hpp"
#include "telemetry/log.hpp"

namespace vc::app {

/// Reads every source again: flags, environment, file.
using ReadConfiguration = std::function<Result<Configuration>()>;

/// Takes a new configuration over, whole or not at all, and says in the log what became of it. Connections and requests
/// do not notice. The end of the terminal that the log goes to is a signal too: it ends the server, as SIGTERM does.
/// Thread: the loop's. Lifetime: all that is handed in outlives it.
class Reloader final {
 public:
  /// One part of the server. It makes ready whatever may fail, and gives what then puts the new configuration in force.
  /// Errors: it cannot be used; the old one stays in force in all parts.
  using Part = std::function<Result<std::function<void()>>(const Config& fresh)>;

  Reloader(http::Loop& loop, const Configuration& running, ReadConfiguration read, telemetry::Log& log,
           ServiceManager& manager);

  void add(Part part) { parts_.push_back(std::move(part)); }

  /// From now on, at each SIGHUP.
  void start();
  /// For good. A signal that still comes changes nothing.
  void stop();

 private:
  void await_signal();
  void reload();
  Result<Configuration> take_over();
  void tell_what_waits(const Choices& fresh);

  boost::asio::signal_set signals_;
  const Configuration& running_;
  const ReadConfiguration read_;
  telemetry::Log& log_;
  ServiceManager& manager_;
  const bool had_terminal_;
  std::vector<Part> parts_;
  bool stopped_ = false;
};

}  // namespace vc::app
