#include "aws/credential_chain.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "aws/https_client.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "limits.hpp"

namespace vc::aws {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view ecs_address = "http://169.254.170.2";
constexpr std::string_view imds_address = "http://169.254.169.254";
constexpr std::string_view imds_roles = "/latest/meta-data/iam/security-credentials/";

std::string text(const Profile& profile, std::string_view key) {
  const auto found = profile.find(key);
  return found != profile.end() ? found->second : std::string();
}

bool has_line_break(std::string_view text) { return text.find_first_of("\r\n") != std::string_view::npos; }

/// The body of a 200. What else comes is an error that names where.
Result<std::string> fetch(const Url& url, const HttpRequest& request, std::chrono::milliseconds deadline,
                          std::string_view source) {
  auto client = HttpsClient::make({.server = url, .connect_deadline = deadline});
  if (!client) return std::unexpected(client.error());
  auto answer = (*client)->send(request, Clock::now() + deadline);
  if (!answer) return fail("{}: {}", source, answer.error().detail);
  if (answer->status != 200) return fail("{}: status {}", source, answer->status);
  return std::move(answer->body);
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find_first_of("\r\n")); }

}  // namespace

Result<Credentials> CredentialChain::current(WallTime now) {
  const bool due = !known_ || (known_->expires && now >= *known_->expires - limits::aws_credentials_refresh);
  if (due && (!known_ || now >= next_refresh_)) {
    next_refresh_ = now + limits::aws_credentials_try_again;
    auto found = find();
    if (found) known_ = std::move(*found);
    if (!found && (!known_ || known_->expired(now))) return std::unexpected(found.error());
  }
  if (known_->expired(now)) return fail("the AWS credentials have expired");
  return *known_;
}

Result<Credentials> CredentialChain::find() const {
  for (const auto source : {&CredentialChain::in_environment, &CredentialChain::in_files,
                            &CredentialChain::at_container, &CredentialChain::at_imds}) {
    auto found = (this->*source)();
    if (!found) return std::unexpected(found.error());
    if (*found) return std::move(**found);
  }
  return fail(
      "no AWS credentials: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, nor the shared files (profile {}), "
      "nor a container's or an instance's role",
      profile_name());
}

CredentialChain::Found CredentialChain::in_environment() const {
  const auto value = [&](std::string_view name) { return std::string(variable(environment_, name)); };
  const std::string id = value("AWS_ACCESS_KEY_ID");
  if (id.empty() && value("AWS_SECRET_ACCESS_KEY").empty()) return std::nullopt;
  const std::string token =
      value("AWS_SECURITY_TOKEN").empty() ? value("AWS_SESSION_TOKEN") : value("AWS_SECURITY_TOKEN");
  auto made = make_credentials(id, value("AWS_SECRET_ACCESS_KEY"), token, "the environment");
  if (!made) return std::unexpected(made.error());
  if (const std::string expiration = value("AWS_CREDENTIAL_EXPIRATION"); !expiration.empty()) {
    made->expires = parse_expiration(expiration);
    if (!made->expires) return fail("AWS_CREDENTIAL_EXPIRATION is no time");
  }
  return std::move(*made);
}

std::string CredentialChain::profile_name() const {
  const std::string_view given = variable(environment_, "AWS_PROFILE");
  return given.empty() ? "default" : std::string(given);
}

Result<std::optional<Profile>> CredentialChain::read_profile(ProfileFile kind) const {
  const bool credentials = kind == ProfileFile::credentials;
  std::string path(variable(environment_, credentials ? "AWS_SHARED_CREDENTIALS_FILE" : "AWS_CONFIG_FILE"));
  if (path.empty()) {
    const std::string_view home = variable(environment_, "HOME");
    if (home.empty()) return std::nullopt;
    path = std::string(home) + (credentials ? "/.aws/credentials" : "/.aws/config");
  }
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  const auto content = read_file(path);
  if (!content) return std::unexpected(content.error());
  auto profile = find_profile(*content, kind, profile_name());
  if (!profile) return fail("{}: {}", path, profile.error().message);
  return profile;
}

CredentialChain::Found CredentialChain::in_files() const {
  bool profile_exists = false;
  for (const auto kind : {ProfileFile::credentials, ProfileFile::config}) {
    const auto profile = read_profile(kind);
    if (!profile) return std::unexpected(profile.error());
    if (!*profile) continue;
    profile_exists = true;
    const std::string id = text(**profile, "aws_access_key_id");
    const std::string secret = text(**profile, "aws_secret_access_key");
    if (id.empty() && secret.empty()) continue;
    auto made = make_credentials(id, secret, text(**profile, "aws_session_token"), "profile " + profile_name());
    if (!made) return std::unexpected(made.error());
    return std::move(*made);
  }
  const bool named = !variable(environment_, "AWS_PROFILE").empty();
  if (named && !profile_exists) return fail("AWS_PROFILE names {}, which neither shared file has", profile_name());
  return std::nullopt;
}

CredentialChain::Found CredentialChain::at_container() const {
  constexpr std::string_view source = "the container's credentials endpoint";
  const std::string_view relative = variable(environment_, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const std::string_view full = variable(environment_, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (relative.empty() && full.empty()) return std::nullopt;
  const auto url = parse_url(relative.empty() ? std::string(full) : std::string(ecs_address).append(relative));
  if (!url) return fail("{}: {}", source, url.error().message);
  if (!may_give_credentials(*url)) return fail("{}: {} is neither https nor a local address", source, url->authority());

  HttpRequest request{"GET", url->path, {}, ""};
  std::string token(variable(environment_, "AWS_CONTAINER_AUTHORIZATION_TOKEN"));
  if (const auto file = variable(environment_, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); !file.empty()) {
    auto content = read_file(std::string(file));
    if (!content) return std::unexpected(content.error());
    token = std::move(*content);
    while (token.ends_with('\n')) token.pop_back();
  }
  if (has_line_break(token)) return fail("{}: its token has a line break", source);
  if (!token.empty()) request.headers.push_back({"Authorization", token});

  Result<std::string> body;
  for (int i = 0; i < limits::aws_container_tries; ++i) {
    body = fetch(*url, request, limits::aws_container_deadline, source);
    if (body) break;
  }
  if (!body) return std::unexpected(body.error());
  auto parsed = parse_credentials(*body, source);
  if (!parsed) return std::unexpected(parsed.error());
  return std::move(*parsed);
}

bool CredentialChain::has_imds() const {
  return lower_case(variable(environment_, "AWS_EC2_METADATA_DISABLED")) != "true";
}

// Version 2 only: a token first, then what it opens.
Result<std::string> CredentialChain::ask_imds(std::string_view path) const {
  constexpr std::string_view source = "the instance metadata service";
  const std::string_view given = variable(environment_, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  const auto url = parse_url(given.empty() ? imds_address : given);
  if (!url) return fail("{}: {}", source, url.error().message);
  const HttpRequest ask_token{"PUT", "/latest/api/token", {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}, ""};
  const auto token = fetch(*url, ask_token, limits::aws_imds_deadline, source);
  if (!token) return token;
  if (has_line_break(*token)) return fail("{}: its token has a line break", source);
  return fetch(*url, {"GET", std::string(path), {{"X-aws-ec2-metadata-token", *token}}, ""}, limits::aws_imds_deadline,
               source);
}

// Off AWS nobody answers: that is no error of this source.
CredentialChain::Found CredentialChain::at_imds() const {
  if (!has_imds()) return std::nullopt;
  const auto roles = ask_imds(imds_roles);
  if (!roles) return std::nullopt;
  const auto body = ask_imds(std::string(imds_roles).append(first_line(*roles)));
  if (!body) return std::unexpected(body.error());
  auto parsed = parse_credentials(*body, "the instance metadata service");
  if (!parsed) return std::unexpected(parsed.error());
  return std::move(*parsed);
}

Result<std::optional<std::string>> CredentialChain::in_profile(std::string_view key) const {
  const auto profile = read_profile(ProfileFile::config);
  if (!profile) return std::unexpected(profile.error());
  if (!*profile || text(**profile, key).empty()) return std::nullopt;
  return text(**profile, key);
}

Result<std::string> CredentialChain::region() const {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (const auto given = variable(environment_, name); !given.empty()) return std::string(given);
  }
  const auto in_file = in_profile("region");
  if (!in_file) return std::unexpected(in_file.error());
  if (*in_file) return **in_file;
  if (has_imds()) {
    const auto answer = ask_imds("/latest/meta-data/placement/region");
    if (answer && !first_line(*answer).empty()) return std::string(first_line(*answer));
  }
  return fail("no AWS region; set AWS_REGION, or write dynamodb://TABLE?region=NAME");
}

bool may_give_credentials(const Url& url) {
  constexpr std::array reserved = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
  return url.scheme == Scheme::https || url.is_loopback() || std::ranges::find(reserved, url.host) != reserved.end();
}

}  // namespace vc::aws
