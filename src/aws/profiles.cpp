#include "aws/profiles.hpp"

#include "base/text.hpp"

namespace vc::aws {
namespace {

constexpr std::string_view blanks = " \t";

/// Takes the next line off the text, without its end.
std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

/// What the brackets of a section hold, as the name of a profile; nullopt for sections of other kinds.
std::optional<std::string_view> profile_name(std::string_view section, ProfileFile file) {
  section = trimmed(section);
  if (file == ProfileFile::credentials || section == "default") return section;
  constexpr std::string_view prefix = "profile";
  if (!section.starts_with(prefix)) return std::nullopt;
  section.remove_prefix(prefix.size());
  if (section.empty() || blanks.find(section.front()) == std::string_view::npos) return std::nullopt;
  return unquoted(trimmed(section));
}

/// Without a comment that stands behind a blank.
std::string_view without_comment(std::string_view value) {
  for (std::size_t at = 1; at < value.size(); ++at) {
    const bool mark = value[at] == '#' || value[at] == ';';
    if (mark && blanks.find(value[at - 1]) != std::string_view::npos) return value.substr(0, at);
  }
  return value;
}

}  // namespace

Result<std::optional<Profile>> find_profile(std::string_view text, ProfileFile file, std::string_view name) {
  std::optional<Profile> profile;
  bool in_section = false;
  bool wanted = false;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = next_line(text);
    const std::string_view words = trimmed(line);
    if (words.empty() || words.front() == '#' || words.front() == ';') continue;
    if (line.front() == '[') {
      const auto end = line.find(']');
      if (end == std::string_view::npos) return fail("line {}: a section without its end", number);
      in_section = true;
      wanted = profile_name(line.substr(1, end - 1), file) == name;
      if (wanted && !profile) profile.emplace();
      continue;
    }
    if (!in_section) return fail("line {}: stands before any section", number);
    if (line.front() != words.front()) continue;  // indented: nested
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return fail("line {}: neither a section nor `key = value`", number);
    if (!wanted) continue;
    profile->insert_or_assign(lower_case(trimmed(line.substr(0, equals))),
                              std::string(trimmed(without_comment(line.substr(equals + 1)))));
  }
  return profile;
}

}  // namespace vc::aws
