// The ids API Gateway gives a request. Distinct, not secret.
#pragma once

#include <array>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace vc::gateway {

/// `x-amz-apigw-id`: 11 random bytes in base64url, `aJ8-YHpsIAMEppg=`.
using ExtendedId = std::array<char, 16>;

struct Ids {
  Uuid request_id;
  ExtendedId extended_id;
  TraceId trace_id;
};

Ids make_ids(Random& random, WallTime now);

}  // namespace vc::gateway
