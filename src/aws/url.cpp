#include "aws/url.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace vc::aws {
namespace {

constexpr std::uint16_t default_port(Scheme scheme) { return scheme == Scheme::https ? 443 : 80; }

bool host_character(char c) { return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_'; }

bool path_character(char c) { return is_visible(c) && c != '?' && c != '#'; }

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

/// Takes the host off the front: a name, an IPv4 address, or an IPv6 address in brackets.
std::optional<std::string> take_host(std::string_view& rest) {
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    std::string host(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
    boost::system::error_code error;
    boost::asio::ip::make_address_v6(host, error);
    return error ? std::nullopt : std::optional(host);
  }
  const auto end = std::min(rest.find_first_of(":/"), rest.size());
  std::string host(rest.substr(0, end));
  rest.remove_prefix(end);
  if (host.empty() || !std::ranges::all_of(host, host_character)) return std::nullopt;
  return lower_case(host);
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  if (port != default_port(scheme)) text.append(":").append(std::to_string(port));
  return text;
}

bool Url::is_loopback() const {
  if (host == "localhost") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

Result<Url> parse_url(std::string_view text) {
  const auto bad = [&] { return fail("'{}' is no address; write https://HOST[:PORT]", text); };
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    url.scheme = Scheme::https;
  } else if (rest.starts_with("http://")) {
    url.scheme = Scheme::http;
  } else {
    return bad();
  }
  rest.remove_prefix(rest.find("//") + 2);

  auto host = take_host(rest);
  if (!host) return bad();
  url.host = std::move(*host);
  url.port = default_port(url.scheme);
  const auto path_at = std::min(rest.find('/'), rest.size());
  if (const std::string_view port = rest.substr(0, path_at); !port.empty()) {
    const auto number = port.starts_with(':') ? port_of(port.substr(1)) : std::nullopt;
    if (!number) return bad();
    url.port = *number;
  }
  rest.remove_prefix(path_at);
  if (!std::ranges::all_of(rest, path_character)) return bad();
  url.path = rest.empty() ? "/" : std::string(rest);
  return url;
}

}  // namespace vc::aws
