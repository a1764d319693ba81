#include "gateway/ids.hpp"

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

}  // namespace

Ids make_ids(Random& random, WallTime now) {
  return {.request_id = random.uuid(), .extended_id = extended_id(random), .trace_id = random.trace_id(now)};
}

}  // namespace vc::gateway
