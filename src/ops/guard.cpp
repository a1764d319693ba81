#include "ops/guard.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>

#include "base/text.hpp"

namespace vc::ops {
namespace {

/// `host` or `host:port`, `[v6]` or `[v6]:port`: the host.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

bool is_loopback(std::string_view host) {
  if (http::same_token(host, "localhost")) return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  return !error && address.is_loopback();
}

bool is_of_this_host(const http::Fields& fields) {
  const auto host = fields.find("Host");
  if (!host || !is_loopback(host_of(*host))) return false;
  if (const auto origin = fields.find("Origin")) {
    const auto authority = origin->find("://");
    if (authority == std::string_view::npos || origin->substr(authority + 3) != *host) return false;
  }
  return true;
}

bool is_cross_site(const http::Fields& fields) { return fields.find("Sec-Fetch-Site") == "cross-site"; }

}  // namespace

bool may_enter(const http::Fields& fields) { return is_of_this_host(fields) && !is_cross_site(fields); }

bool may_visit(const http::Fields& fields) {
  const bool navigates = fields.find("Sec-Fetch-Mode") == "navigate" && fields.find("Sec-Fetch-Dest") == "document";
  return is_of_this_host(fields) && (!is_cross_site(fields) || navigates);
}

bool has_json_body(const http::Fields& fields) {
  const std::string_view type = fields.find("Content-Type").value_or("");
  return http::same_token(trimmed(type.substr(0, type.find(';'))), "application/json");
}

}  // namespace vc::ops
