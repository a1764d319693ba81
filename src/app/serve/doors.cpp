#include "app/serve/doors.hpp"

#include <utility>

namespace vc::app {
namespace {

/// `name` is the listener's, as the service manager calls it. It stays closed if nothing is handed over.
Result<void> take(Door& door, std::string_view name, ServiceManager& manager) {
  auto socket = manager.take(name);
  if (!socket) return {};
  const auto address = http::address_of(*socket);
  if (!address) return fail("the socket '{}' that was handed over: {}", name, address.error().message);
  if (name == "ops" && !address->address().is_loopback()) {
    return fail("the socket 'ops' that was handed over is not on a loopback address");
  }
  door.socket = std::move(*socket);
  return {};
}

}  // namespace

Result<Doors> take_doors(ServiceManager& manager) {
  Doors doors;
  for (const auto& [name, door] :
       {std::pair("public", &doors.production), {"preview", &doors.preview}, {"ops", &doors.ops}}) {
    if (auto taken = take(*door, name, manager); !taken) return std::unexpected(taken.error());
  }
  return doors;
}

Result<http::Acceptor> open(Door& door, const http::Endpoint& configured, http::Loop& loop) {
  if (!door.socket) {
    auto acceptor = http::listen(loop, configured);
    if (!acceptor) return acceptor;
    door.socket = duplicate(acceptor->native_handle());
    if (door.socket) return acceptor;
  } else if (FileDescriptor copy = duplicate(door.socket.get())) {
    return http::adopt(loop, std::move(copy));
  }
  return fail("cannot share a listening socket: {}", errno_text());
}

std::string address_of(const Door& door) {
  const auto address = http::address_of(door.socket);
  return address ? http::text(*address) : "";
}

}  // namespace vc::app
