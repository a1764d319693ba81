// Text written straight into memory that is known to suffice: a few copies instead of a string that grows.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace vc {

/// Copies the pieces one after the other; gives where they end. Requires: room for all of them. A literal costs no
/// call: its size is known where it is written.
inline char* put(char* to, std::string_view piece) {
  if (!piece.empty()) std::memcpy(to, piece.data(), piece.size());  // an empty one may be nowhere
  return to + piece.size();
}

template <class... Pieces>
char* put(char* to, const Pieces&... pieces) {
  ((to = put(to, std::string_view(pieces))), ...);
  return to;
}

/// Appends what `write(char* from)` writes, which gives where it ended. Requires: at most `size_max` bytes.
template <class Write>
void append(std::string& to, std::size_t size_max, Write write) {
  const std::size_t before = to.size();
  to.resize_and_overwrite(before + size_max, [&](char* text, std::size_t) {
    return static_cast<std::size_t>(write(text + before) - text);
  });
}

}  // namespace vc
