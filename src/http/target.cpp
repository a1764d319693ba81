#include "http/target.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "base/text.hpp"
#include "http/message.hpp"

namespace vc::http {
namespace {

bool name_char(char c) { return is_letter_or_digit(c) || std::string_view("-._~%!$&'()*+,;=").contains(c); }

/// Each percent sign begins an octet, and none is a control: who decodes it later must not be surprised.
bool is_soundly_encoded(std::string_view text) {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
    const std::string_view digits = text.substr(at + 1, 2);
    unsigned octet = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), octet, 16);
    if (error != std::errc() || end != text.data() + at + 3) return false;
    if (octet < ' ' || octet == 0x7F) return false;
  }
  return true;
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_address(std::string_view bracketed) {
  const std::string_view address = bracketed.substr(1, bracketed.size() - 2);
  if (address.contains('%')) return false;  // a zone means something on its own machine only
  boost::system::error_code error;
  boost::asio::ip::make_address_v6(std::string(address), error);
  return !error;
}

std::optional<Target> origin_form(std::string_view target) {
  const auto question = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, question);
  if (!is_soundly_encoded(path)) return std::nullopt;
  return Target{.path = path, .query = target.substr(std::min(question + 1, target.size()))};
}

// The authority is not ours to judge, the route is; but it must be one, of a server that can be reached.
std::optional<Target> absolute_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!same_token(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const auto end = std::min(target.find_first_of("/?"), target.size());
    const std::string_view authority = target.substr(0, end);
    if (authority.empty() || authority.starts_with(':') || !is_authority(authority)) return std::nullopt;
    auto parsed = origin_form(target.substr(end));
    if (parsed && parsed->path.empty()) parsed->path = "/";
    return parsed;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Target> parse_target(std::string_view method, std::string_view target) {
  if (!std::ranges::all_of(target, is_visible) || target.contains('#')) return std::nullopt;
  if (method == "CONNECT") {
    if (target.starts_with(':') || !is_authority(target, Port::required)) return std::nullopt;
    return Target{.path = target, .query = {}};
  }
  if (target.starts_with('/')) return origin_form(target);
  if (target == "*" && method == "OPTIONS") return Target{.path = target, .query = {}};
  return absolute_form(target);
}

bool is_authority(std::string_view text, Port port) {
  const bool bracketed = text.starts_with('[');
  auto end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == std::string_view::npos) return false;
  end = std::min(bracketed ? end + 1 : end, text.size());
  const std::string_view host = text.substr(0, end);
  if (bracketed ? !is_address(host) : !std::ranges::all_of(host, name_char) || !is_soundly_encoded(host)) return false;
  if (end == text.size()) return port == Port::optional;
  if (text[end] != ':') return false;
  const std::string_view digits = text.substr(end + 1);
  return digits.empty() ? port == Port::optional : is_port(digits);
}

}  // namespace vc::http
