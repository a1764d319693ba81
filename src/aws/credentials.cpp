#include "aws/credentials.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace vc::aws {
namespace {

namespace json = boost::json;

/// What goes into a header: nothing that could end the line.
bool printable(std::string_view text) { return std::ranges::all_of(text, is_visible); }

std::optional<std::string> text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

Result<Credentials> make_credentials(std::string id, std::string secret, std::string token, std::string_view source) {
  if (id.empty() || secret.empty()) return fail("{}: the key id or its secret is missing", source);
  if (!printable(id) || !printable(secret) || !printable(token)) {
    return fail("{}: a key has blanks or characters that no key has", source);
  }
  return Credentials{std::move(id), Secret(std::move(secret)), Secret(std::move(token)), std::nullopt};
}

Result<Credentials> parse_credentials(std::string_view text, std::string_view source) {
  boost::system::error_code error;
  const json::value parsed = json::parse(text, error);
  const json::object* object = error ? nullptr : parsed.if_object();
  if (object == nullptr) return fail("{}: the answer is no JSON object", source);
  auto made = make_credentials(text_member(*object, "AccessKeyId").value_or(""),
                               text_member(*object, "SecretAccessKey").value_or(""),
                               text_member(*object, "Token").value_or(""), source);
  if (!made) return made;
  if (const auto expiration = text_member(*object, "Expiration")) {
    made->expires = parse_expiration(*expiration);
    if (!made->expires) return fail("{}: the expiration is no time", source);
  }
  return made;
}

std::optional<WallTime> parse_expiration(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00";
  if (text.size() <= shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '0' ? !is_digit(text[i]) : text[i] != shape[i]) return std::nullopt;
  }
  std::string_view zone = text.substr(shape.size());
  if (zone.starts_with('.')) zone.remove_prefix(std::min(zone.find_first_not_of("0123456789", 1), zone.size()));
  if (zone != "Z" && zone != "+00:00") return std::nullopt;

  namespace chrono = std::chrono;
  const auto part = [&](std::size_t at, std::size_t size) { return *number(text.substr(at, size)); };
  const chrono::year_month_day date(chrono::year(part(0, 4)), chrono::month(static_cast<unsigned>(part(5, 2))),
                                    chrono::day(static_cast<unsigned>(part(8, 2))));
  if (!date.ok() || part(11, 2) > 23 || part(14, 2) > 59 || part(17, 2) > 60) return std::nullopt;
  return chrono::sys_days(date) + chrono::hours(part(11, 2)) + chrono::minutes(part(14, 2)) +
         chrono::seconds(part(17, 2));
}

}  // namespace vc::aws
