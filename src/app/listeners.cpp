#include "app/listeners.hpp"

#include <utility>

namespace vc::app {
namespace {

using http::Acceptor;

/// `name` is the listener's, as the service manager calls it.
Result<Acceptor> open(std::string_view name, const http::Endpoint& configured, ServiceManager& manager,
                      http::Loop& loop) {
  auto socket = manager.take(name);
  if (!socket) return http::listen(loop, configured);
  auto adopted = http::adopt(loop, std::move(*socket));
  if (!adopted) return fail("the socket '{}' that was handed over: {}", name, adopted.error().message);
  return adopted;
}

}  // namespace

Result<Listeners> open_listeners(const Config& config, ServiceManager& manager, http::Loop& loop) {
  auto production = open("public", config.listen, manager, loop);
  if (!production) return std::unexpected(production.error());
  auto ops = open("ops", config.ops_listen, manager, loop);
  if (!ops) return std::unexpected(ops.error());
  boost::system::error_code ignored;
  if (!ops->local_endpoint(ignored).address().is_loopback()) {
    return fail("the socket 'ops' that was handed over is not on a loopback address");
  }
  Listeners listeners{.production = std::move(*production), .ops = std::move(*ops), .preview = {}};
  if (config.preview_listen || manager.has("preview")) {
    auto preview = open("preview", config.preview_listen.value_or(http::Endpoint()), manager, loop);
    if (!preview) return std::unexpected(preview.error());
    listeners.preview = std::move(*preview);
  }
  return listeners;
}

}  // namespace vc::app
