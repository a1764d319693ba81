#include "base/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/number.hpp"

namespace vc {
namespace {

constexpr std::array<unsigned char, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int mapped_bits = 96;
constexpr int all_bits = 128;

}  // namespace

bool IpAddress::is_v4() const { return std::equal(mapped.begin(), mapped.end(), bytes.begin()); }

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  IpAddress address;
  const std::string terminated(text.substr(0, INET6_ADDRSTRLEN));
  if (terminated.contains('\0')) return std::nullopt;
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  std::ranges::copy(mapped, address.bytes.begin());
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data() + mapped.size()) == 1) return address;
  return std::nullopt;
}

std::string text(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = address.is_v4();
  const unsigned char* from = address.bytes.data() + (v4 ? mapped.size() : 0);
  return ::inet_ntop(v4 ? AF_INET : AF_INET6, from, text.data(), text.size());
}

IpAddress masked(const IpAddress& address, int bits) {
  IpAddress result;
  for (int i = 0; i < bits; i += 8) {
    const auto at = static_cast<std::size_t>(i / 8);
    const unsigned kept = bits - i >= 8 ? 0xFFU : 0xFFU << (8 - (bits - i));
    result.bytes[at] = static_cast<unsigned char>(address.bytes[at] & kept);
  }
  return result;
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto first = parse_ip_address(text.substr(0, slash));
  if (!first) return fail("'{}' is no network: write an address, or 10.0.0.0/8", text);
  const int before = first->is_v4() ? mapped_bits : 0;
  int bits = all_bits;
  if (slash != std::string_view::npos) {
    const auto given = parse_number(text.substr(slash + 1), 0, static_cast<std::uint64_t>(all_bits - before));
    if (!given) return fail("'{}' is no network: behind its / {}", text, given.error().message);
    bits = before + static_cast<int>(*given);
  }
  if (masked(*first, bits) != *first) return fail("'{}' is no network: it has bits behind its prefix", text);
  return IpNetwork(*first, bits);
}

}  // namespace vc
