// Addresses with ports, as people write them: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <string_view>

#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace vc::http {

using Endpoint = boost::asio::ip::tcp::endpoint;

/// Numeric addresses and `localhost`; no name is looked up.
Result<Endpoint> parse_endpoint(std::string_view text);

std::string text(const Endpoint& endpoint);

/// Without the port, and without a zone.
IpAddress ip_address(const Endpoint& endpoint);

}  // namespace vc::http
