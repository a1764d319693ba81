#include "function/cors.hpp"

#include <algorithm>
#include <ranges>

#include "base/text.hpp"

namespace vc::function {
namespace {

bool origin_char(char c) { return is_lower(c) || is_digit(c) || std::string_view(".-:[]").contains(c); }

/// Serialised origins are lower case and have no path (RFC 6454 §6.2).
bool is_origin(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::string_view authority = text.substr(scheme.size());
    return !authority.empty() && std::ranges::all_of(authority, origin_char);
  }
  return false;
}

}  // namespace

Result<Cors> Cors::parse(std::string_view list) {
  Cors cors;
  for (const auto part : std::views::split(list, ',')) {
    const std::string_view origin = trimmed(std::string_view(part.begin(), part.end()));
    if (!is_origin(origin)) return fail("'{}' is not an origin like https://www.example.org", origin);
    cors.origins_.emplace_back(origin);
  }
  if (cors.origins_.empty()) return fail("at least one origin is needed");
  return cors;
}

std::optional<std::string_view> Cors::allow(const http::Fields& fields) const {
  const auto origin = fields.find("Origin");
  if (!origin) return origins_.front();
  const auto found = std::ranges::find(origins_, *origin);
  if (found == origins_.end() || fields.count("Origin") != 1) return std::nullopt;
  return *found;
}

}  // namespace vc::function
