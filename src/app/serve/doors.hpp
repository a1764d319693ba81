// Where the server listens: the addresses that are configured, or in their place sockets that have been opened for it.
#pragma once

#include <string>
#include <vector>

#include "app/serve/service_manager.hpp"
#include "base/file.hpp"
#include "base/result.hpp"
#include "http/server.hpp"

namespace vc::app {

/// A listening socket that outlives a term, and connections that the last term let go of.
struct Door {
  FileDescriptor socket;  // empty: not open yet
  std::vector<http::Passed> connections;
};

/// Of a process.
struct Doors {
  Door production, preview, ops;
};

/// Those whose sockets the service manager hands over are open: they win over the addresses that are configured.
/// Errors: a socket is none that listens, or not on loopback, where it is the operator's.
Result<Doors> take_doors(ServiceManager& manager);

/// The door's socket, for a loop; opens it there if it is not open. Errors: the address cannot be had.
Result<http::Acceptor> open(Door& door, const http::Endpoint& configured, http::Loop& loop);

/// Where it is. Empty: it is not open.
std::string address_of(const Door& door);

}  // namespace vc::app
