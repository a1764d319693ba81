// Who we are to AWS.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace vc::aws {

/// Text that nothing prints by accident: it has no formatter and no operator<<.
class Secret final {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

/// A key that can sign: id and secret are there, and fit into a header.
struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;  // may be empty
  std::optional<WallTime> expires;

  bool expired(WallTime now) const { return expires && *expires <= now; }
};

/// Errors: id or secret missing, or a character that no key has; the message names `source`, never a value.
Result<Credentials> make_credentials(std::string id, std::string secret, std::string token, std::string_view source);

/// The answer of the container endpoint and of IMDS: a JSON object with `AccessKeyId`, `SecretAccessKey`, `Token` and
/// `Expiration`. Errors name `source`, never a value.
Result<Credentials> parse_credentials(std::string_view json, std::string_view source);

/// `2026-11-22T18:40:00Z`, as AWS writes an expiration; also with `+00:00` or a fraction.
std::optional<WallTime> parse_expiration(std::string_view text);

}  // namespace vc::aws
