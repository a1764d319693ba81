#include "base/random.hpp"

#include <algorithm>
#include <string_view>

namespace vc {
namespace {

std::mt19937_64 seeded_from_kernel() {
  std::random_device kernel;
  std::seed_seq seed{kernel(), kernel(), kernel(), kernel(), kernel(), kernel(), kernel(), kernel()};
  return std::mt19937_64(seed);
}

/// `00` to `ff`.
constexpr auto hex_pairs = [] {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t byte = 0; byte < pairs.size(); ++byte) pairs.at(byte) = {digits[byte >> 4], digits[byte & 0xF]};
  return pairs;
}();

}  // namespace

Random::Random() : engine_(seeded_from_kernel()) {}

Uuid Random::uuid() {
  const std::uint64_t high = (bits() & ~0xF000ULL) | 0x4000ULL;                               // version 4
  const std::uint64_t low = (bits() & ~0xC000'0000'0000'0000ULL) | 0x8000'0000'0000'0000ULL;  // variant 10
  Uuid text;
  char* to = text.data();
  to = write_hex(to, high >> 32, 8);
  *to++ = '-';
  to = write_hex(to, high >> 16, 4);
  *to++ = '-';
  to = write_hex(to, high, 4);
  *to++ = '-';
  to = write_hex(to, low >> 48, 4);
  *to++ = '-';
  write_hex(to, low, 12);
  return text;
}

TraceId Random::trace_id(WallTime now) {
  static constexpr std::string_view prefix = "Root=1-";
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  TraceId id;
  char* to = std::ranges::copy(prefix, id.data()).out;
  to = write_hex(to, static_cast<std::uint64_t>(seconds), 8);
  *to++ = '-';
  to = write_hex(to, bits(), 16);
  write_hex(to, bits(), 8);
  return id;
}

char* write_hex(char* to, std::uint64_t value, int digits) {
  for (int shift = 4 * digits - 8; shift >= 0; shift -= 8) {
    const auto& pair = hex_pairs[(value >> shift) & 0xFF];
    *to++ = pair[0];
    *to++ = pair[1];
  }
  return to;
}

}  // namespace vc
