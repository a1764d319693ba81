// Asks a running server's ops listener.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vc::app {

struct OpsRequest {
  std::string_view method;
  std::string path;
  std::string json;  // empty: no body
};

/// The body of a 200. Errors: no answer within a few seconds, or any other status, with the server's own words.
Result<std::string> ask_ops(const std::string& address, const OpsRequest& request);

}  // namespace vc::app
