// The shared files of the AWS tools, `~/.aws/credentials` and `~/.aws/config`: sections of `key = value` lines.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vc::aws {

/// The keys of one profile, lower case.
using Profile = std::map<std::string, std::string, std::less<>>;

/// In the config file a section is `[profile NAME]`, but for `[default]`; in the credentials file it is `[NAME]`.
enum class ProfileFile { credentials, config };

/// The profile of this name; nullopt if the text has none. Where a section comes twice, or a key, the last value wins.
/// Settings that are nested, indented under another, are passed over. Errors: a line that is none of the format; named
/// by its number, never quoted, for it may hold a secret.
Result<std::optional<Profile>> find_profile(std::string_view text, ProfileFile file, std::string_view name);

}  // namespace vc::aws
