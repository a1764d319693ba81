// Request targets and authorities (RFC 9112 §3.2, RFC 3986 §3): what they are made of, and nothing decoded.
#pragma once

#include <optional>
#include <string_view>

namespace vc::http {

/// Borrows from the text it was parsed from.
struct Target {
  std::string_view path;   // percent-encoded; "*" or an authority where the method has such
  std::string_view query;  // without the question mark
};

/// One of the four forms, each only for the methods that may have it; nullopt for all else: fragments, bytes that are
/// no visible ASCII, other schemes, user names, and percent signs in a path without two digits or with those of a
/// control. A query is nobody's here: browsers leave single percent signs in it.
std::optional<Target> parse_target(std::string_view method, std::string_view target);

enum class Port { optional, required };

/// uri-host [ ":" port ]. May be empty, as a Host field may.
bool is_authority(std::string_view text, Port port = Port::optional);

}  // namespace vc::http
