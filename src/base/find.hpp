// Looking for a byte, sixteen at a time.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace vc {

/// Compares as one byte does, each of its bytes for itself (GCC's and clang's vector extension).
using ByteBlock = unsigned char __attribute__((vector_size(16)));

/// Where the first byte from `from` on is that `is_wanted`, or the size. Requires: `is_wanted` takes an unsigned char
/// or a ByteBlock: comparisons, joined by | and &.
template <class Predicate>
std::size_t find_byte(std::string_view text, std::size_t from, Predicate is_wanted) {
  static_assert(std::endian::native == std::endian::little, "the first byte is in the lowest bits");
  for (; from + sizeof(ByteBlock) <= text.size(); from += sizeof(ByteBlock)) {
    ByteBlock block;
    std::memcpy(&block, text.data() + from, sizeof block);
    const auto [low, high] = std::bit_cast<std::array<std::uint64_t, 2>>(is_wanted(block));
    if (low != 0) return from + static_cast<std::size_t>(std::countr_zero(low)) / 8;
    if (high != 0) return from + 8 + static_cast<std::size_t>(std::countr_zero(high)) / 8;
  }
  while (from < text.size() && is_wanted(static_cast<unsigned char>(text[from])) == 0) ++from;
  return from;
}

}  // namespace vc
