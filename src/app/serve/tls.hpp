// The certificate of the public listeners, from the configuration to the connections.
#pragma once

#include <memory>

#include "app/config/config.hpp"
#include "app/serve/reload.hpp"
#include "base/result.hpp"
#include "http/tls.hpp"

namespace vc::app {

/// Null without a certificate: plain HTTP. Errors: files that cannot be used; the message names them.
Result<std::shared_ptr<http::CurrentTls>> open_tls(const Config& config);

/// Reads the files again: connections that come later get what is in them. TLS is not turned on or off.
Reloader::Part reload_of(std::shared_ptr<http::CurrentTls> tls);

}  // namespace vc::app
