#include "http/endpoint.hpp"

#include <charconv>
#include <cstdint>

namespace vc::http {

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto malformed = [&] {
    return fail("'{}' is not an address and a port like 127.0.0.1:8080 or [::1]:8080", text);
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return malformed();

  std::uint16_t port = 0;
  const auto [end, bad] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (bad != std::errc{} || end != text.data() + text.size()) return malformed();

  std::string host(text.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (error || address.is_v6() != bracketed) return malformed();
  return Endpoint(address, port);
}

std::string text(const Endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                    : fmt::format("{}:{}", host, endpoint.port());
}

IpAddress ip_address(const Endpoint& endpoint) {
  const auto address = endpoint.address();
  return {address.is_v6() ? address.to_v6().to_bytes()
                          : boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, address.to_v4()).to_bytes()};
}

}  // namespace vc::http
