#include "base/sha256.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

namespace vc {
namespace {

unsigned hex_value(char digit) {
  return static_cast<unsigned>(is_digit(digit) ? digit - '0' : to_lower(digit) - 'a' + 10);
}

}  // namespace

Sha256 sha256(std::string_view text) {
  Sha256 digest;
  check(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1, "SHA-256 works");
  return digest;
}

std::string hex(const Sha256& digest) {
  std::string text(2 * digest.size(), '0');
  char* to = text.data();
  for (const unsigned char byte : digest) to = write_hex(to, byte, 2);
  return text;
}

std::optional<Sha256> parse_sha256(std::string_view digits) {
  Sha256 digest;
  if (digits.size() != 2 * digest.size() || !std::ranges::all_of(digits, is_hex_digit)) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<unsigned char>(hex_value(digits[2 * i]) << 4 | hex_value(digits[2 * i + 1]));
  }
  return digest;
}

bool same_secret(const Sha256& a, const Sha256& b) { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

}  // namespace vc
