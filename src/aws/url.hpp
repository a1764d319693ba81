// The address of a server that we ask.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vc::aws {

enum class Scheme { http, https };

/// `SCHEME://HOST[:PORT][/PATH]`: without user, query and fragment.
struct Url {
  Scheme scheme = Scheme::https;
  std::string host;  // lower case; an IPv6 address without brackets
  std::uint16_t port = 0;
  std::string path;  // `/` if none is given

  /// As `Host` says it: the port only if it is not the scheme's own.
  std::string authority() const;
  /// Whether the host is an address of this machine, or `localhost`.
  bool is_loopback() const;
};

/// Errors: none of the above form.
Result<Url> parse_url(std::string_view text);

}  // namespace vc::aws
