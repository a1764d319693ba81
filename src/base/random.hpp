// Identifiers that must be distinct, not secret.
#pragma once

#include <array>
#include <cstdint>
#include <random>

#include "base/clock.hpp"

namespace vc {

/// Lower-case UUID, version 4 (RFC 9562 §5.4).
using Uuid = std::array<char, 36>;
/// `X-Amzn-Trace-Id`: `Root=1-<8 hex digits: epoch seconds>-<24 hex digits>`.
using TraceId = std::array<char, 40>;

/// Random bits for identifiers, seeded once from the kernel. Not for keys or tokens. Thread: one.
class Random {
 public:
  Random();
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  Uuid uuid();
  TraceId trace_id(WallTime now);

 private:
  std::mt19937_64 engine_;
};

/// The digits of a number in lower-case hexadecimal, most significant first, written from `to` on; gives where they
/// end. Requires: an even number of them.
char* write_hex(char* to, std::uint64_t value, int digits);

}  // namespace vc
