// Chance that can be repeated: the same seed throws the same numbers on every machine.
#pragma once

#include <cstdint>

namespace vc::simulation {

/// Sebastiano Vigna's splitmix64: made in no time, which a standard engine is not.
class Dice final {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    state_ += 0x9E37'79B9'7F4A'7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9U;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBU;
    return z ^ (z >> 31);
  }

  /// 0 to bound - 1. Requires: bound > 0.
  unsigned below(unsigned bound) { return static_cast<unsigned>((bits() >> 32) % bound); }
  unsigned between(unsigned low, unsigned high) { return low + below(high - low + 1); }
  bool chance(unsigned permille) { return below(1000) < permille; }

 private:
  std::uint64_t state_;
};

}  // namespace vc::simulation
