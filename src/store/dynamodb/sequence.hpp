// The numbers that make a resend harmless: milliseconds · 2⁶⁴ + 64 random bits, an N of DynamoDB.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace vc::store::dynamodb {

/// Ordered as the 128-bit integer that it is.
struct Sequence {
  std::uint64_t milliseconds = 0;
  std::uint64_t random = 0;
  friend auto operator<=>(const Sequence&, const Sequence&) = default;
};

/// In decimal: 32 digits until the year 2141. Requires: fewer digits than the 38 of an N.
std::string text(const Sequence& sequence);

/// nullopt: not a whole number, or so large that none above it would fit into an N.
std::optional<Sequence> parse_sequence(std::string_view text);

/// One writer's numbers. They only grow, whatever its clock does.
class Sequences final {
 public:
  explicit Sequences(Random random) : random_(random) {}

  Sequence next(WallTime now);

  /// The next number will be larger than this one, another writer's.
  void seen(const Sequence& other);

 private:
  Random random_;
  std::uint64_t largest_ = 0;  // milliseconds, seen or sent
};

}  // namespace vc::store::dynamodb
