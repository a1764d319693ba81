// Finds our key and region where the AWS tools find them.
#pragma once

#include <optional>
#include <string>

#include "aws/credentials.hpp"
#include "aws/profiles.hpp"
#include "aws/url.hpp"
#include "base/clock.hpp"
#include "base/environment.hpp"
#include "base/result.hpp"

namespace vc::aws {

/// Looks in this order: the environment, the shared credentials file and the config file (AWS_PROFILE), the container
/// endpoint, IMDSv2. A key that expires is asked for again from limits::aws_credentials_refresh before its end, and
/// used to its end if that fails. Thread: one at a time. Blocks: up to the deadlines of the endpoints.
class CredentialChain final {
 public:
  explicit CredentialChain(Environment environment) : environment_(std::move(environment)) {}

  /// Errors: no source has a key, or one has half a key; they name the source, and what to do.
  Result<Credentials> current(WallTime now);

  /// What was handed out has been refused: the next call looks again.
  void refused() { known_.reset(); }

  /// AWS_REGION, AWS_DEFAULT_REGION, the profile's, IMDS's; in this order.
  Result<std::string> region() const;

 private:
  using Found = Result<std::optional<Credentials>>;  // nullopt: this source has none

  Result<Credentials> find() const;
  Found in_environment() const;
  Found in_files() const;
  Found at_container() const;
  Found at_imds() const;
  Result<std::optional<std::string>> in_profile(std::string_view key) const;
  Result<std::optional<Profile>> read_profile(ProfileFile file) const;
  std::string profile_name() const;
  bool has_imds() const;
  Result<std::string> ask_imds(std::string_view path) const;

  Environment environment_;
  std::optional<Credentials> known_;
  WallTime next_refresh_;
};

/// Whether a key may be fetched from here: over TLS, or without it from this machine or from the addresses that
/// containers and pods reserve for it.
bool may_give_credentials(const Url& url);

}  // namespace vc::aws
