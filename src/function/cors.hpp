// The CORS policy: an allow-list of exact origins (Fetch standard, CORS protocol).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"

namespace vc::function {

class Cors final {
 public:
  /// Comma-separated origins, `scheme://host[:port]` each; the first is the primary.
  static Result<Cors> parse(std::string_view list);

  /// The value of Access-Control-Allow-Origin: an allowed origin itself, the primary for a request without Origin,
  /// nullopt for every other. Lifetime: this object's.
  std::optional<std::string_view> allow(const http::Fields& fields) const;

  const std::vector<std::string>& origins() const { return origins_; }

 private:
  std::vector<std::string> origins_;
};

}  // namespace vc::function
