// Internet addresses as values, and networks of them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vc {

/// An IPv4 address is the IPv6 address that it is mapped to (RFC 4291 §2.5.5.2), so that both compare as one.
struct IpAddress {
  std::array<unsigned char, 16> bytes{};

  bool is_v4() const;
  auto operator<=>(const IpAddress&) const = default;
};

/// nullopt: no numeric address. No zone, port or brackets.
std::optional<IpAddress> parse_ip_address(std::string_view text);

std::string text(const IpAddress& address);

/// The address with all but its first bits 0. Requires: at most 128.
IpAddress masked(const IpAddress& address, int bits);

/// All addresses that begin with the same bits: `10.0.0.0/8`, `fd00::/8`, `127.0.0.1`.
class IpNetwork final {
 public:
  /// Errors: no network, or bits behind its prefix.
  static Result<IpNetwork> parse(std::string_view text);

  bool contains(const IpAddress& address) const { return masked(address, bits_) == first_; }

 private:
  IpNetwork(const IpAddress& first, int bits) : first_(first), bits_(bits) {}

  IpAddress first_;
  int bits_;
};

}  // namespace vc
