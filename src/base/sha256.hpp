// SHA-256 (FIPS 180-4), and comparing what is secret.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vc {

using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256(std::string_view text);

/// In lower case.
std::string hex(const Sha256& digest);

/// nullopt: not 64 hexadecimal digits, of either case.
std::optional<Sha256> parse_sha256(std::string_view digits);

/// Whether two digests are the same. How long it takes says nothing of where they differ.
bool same_secret(const Sha256& a, const Sha256& b);

}  // namespace vc
