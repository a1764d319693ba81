// The ids API Gateway gives a request. Distinct, not secret.
#pragma once

#include <array>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "http/message.hpp"

namespace vc::gateway {

/// `x-amz-apigw-id`: 11 random bytes in base64url, `aJ8-YHpsIAMEppg=`.
using ExtendedId = std::array<char, 16>;

struct Ids {
  Uuid request_id;
  ExtendedId extended_id;
  TraceId trace_id;
};

/// The trace that the request belongs to goes on: the Root of its `X-Amzn-Trace-Id`, else the trace of its
/// `traceparent` (W3C Trace Context), whose first 8 digits X-Ray reads as the time. What is not well formed is as good
/// as absent, and without either the trace begins here.
Ids make_ids(Random& random, WallTime now, const http::Fields& fields = {});

}  // namespace vc::gateway
