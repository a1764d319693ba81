// Bytes as text (RFC 4648 §4).
#pragma once

#include <string>
#include <string_view>

namespace vc {

inline std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (; !bytes.empty(); bytes.remove_prefix(bytes.size() < 3 ? bytes.size() : 3)) {
    const auto octet = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U; };
    const unsigned group = octet(0) << 16 | octet(1) << 8 | octet(2);
    text += digits[group >> 18];
    text += digits[group >> 12 & 0x3F];
    text += bytes.size() > 1 ? digits[group >> 6 & 0x3F] : '=';
    text += bytes.size() > 2 ? digits[group & 0x3F] : '=';
  }
  return text;
}

}  // namespace vc
