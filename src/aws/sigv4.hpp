// Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
#pragma once

#include <string_view>

#include "aws/credentials.hpp"
#include "aws/http.hpp"
#include "base/clock.hpp"

namespace vc::aws {

/// What a signature is good for, beside its day.
struct Scope {
  std::string_view region;
  std::string_view service;
};

/// Adds `X-Amz-Date`, `X-Amz-Security-Token` if there is one, and `Authorization`, which signs all headers, `host` and
/// the body. A request is signed for one send: the next one needs a fresh copy and a fresh time.
/// Requires: distinct header names; a path of unreserved characters (others are encoded twice, which nobody here
/// needs); a query that is encoded and sorted.
void sign(HttpRequest& request, std::string_view host, const Scope& scope, const Credentials& credentials,
          WallTime now);

}  // namespace vc::aws
