// Text written straight into memory that is known to suffice: a few copies instead of a string that grows.
#pragma once

#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

namespace vc {

/// Copies the pieces one after the other; gives where they end. Requires: room for all of them.
inline char* put(char* to, std::string_view piece) {
  std::memcpy(to, piece.data(), piece.size());
  return to + piece.size();
}

inline char* put(char* to, std::initializer_list<std::string_view> pieces) {
  for (const std::string_view piece : pieces) to = put(to, piece);
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
