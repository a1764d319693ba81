#include "app/serve/tls.hpp"

#include <utility>

namespace vc::app {

Result<std::shared_ptr<http::CurrentTls>> open_tls(const Config& config) {
  if (!config.has_tls()) return nullptr;
  auto context = http::TlsContext::load(config.tls);
  if (!context) return std::unexpected(context.error());
  return std::make_shared<http::CurrentTls>(std::move(*context));
}

Reloader::Part reload_of(std::shared_ptr<http::CurrentTls> tls) {
  return [tls = std::move(tls)](const Config& fresh) -> Result<std::function<void()>> {
    if ((tls != nullptr) != fresh.has_tls()) return fail("TLS can be turned on and off by a start only");
    auto ready = open_tls(fresh);
    if (!ready) return std::unexpected(ready.error());
    return [tls, ready = std::move(*ready)] {
      if (tls) tls->replace(ready->get());
    };
  };
}

}  // namespace vc::app
