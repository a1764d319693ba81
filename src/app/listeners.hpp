// Where the server listens: the addresses that are configured, or in their place sockets that have been opened for it.
#pragma once

#include <optional>

#include "app/config.hpp"
#include "app/service_manager.hpp"
#include "base/result.hpp"
#include "http/server.hpp"

namespace vc::app {

struct Listeners {
  http::Acceptor production;
  http::Acceptor ops;
  std::optional<http::Acceptor> preview;
};

/// A socket of the service manager's wins over the address of that listener. Lifetime: the loop outlives them.
/// Errors: an address cannot be had; a socket is none that listens, or not on loopback, where it is the operator's.
Result<Listeners> open_listeners(const Config& config, ServiceManager& manager, http::Loop& loop);

}  // namespace vc::app
