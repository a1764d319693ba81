#include "gateway/ids.hpp"

#include <algorithm>
#include <string_view>

namespace vc::gateway {
namespace {

// 11 bytes are 14 digits of 6 bits, one of 4 bits and 2 zeros, and a pad.
ExtendedId extended_id(Random& random) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  ExtendedId id;
  std::uint64_t bits = random.bits();
  for (std::size_t i = 0; i < 15; ++i) {
    if (i == 10) bits = random.bits();
    id.at(i) = digits[i == 14 ? bits & 0x3C : bits & 0x3F];
    bits >>= 6;
  }
  id.back() = '=';
  return id;
}

TraceId trace_id(Random& random, WallTime now) {
  static constexpr std::string_view prefix = "Root=1-";
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  TraceId id;
  char* to = std::ranges::copy(prefix, id.data()).out;
  to = write_hex(to, static_cast<std::uint64_t>(seconds), 8);
  *to++ = '-';
  to = write_hex(to, random.bits(), 16);
  write_hex(to, random.bits(), 8);
  return id;
}

}  // namespace

Ids make_ids(Random& random, WallTime now) {
  return {.request_id = random.uuid(), .extended_id = extended_id(random), .trace_id = trace_id(random, now)};
}

}  // namespace vc::gateway
