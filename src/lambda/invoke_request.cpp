#include "lambda/invoke_request.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <ranges>
#include <vector>

#include "base/text.hpp"
#include "limits.hpp"

namespace vc::lambda {
namespace {

constexpr std::string_view path_start = "/2015-03-31/functions/";
constexpr std::string_view path_end = "/invocations";
constexpr std::string_view latest = "$LATEST";
constexpr std::string_view empty_event = "{}";

/// Of an ARN, where the caller names none: there is neither a region nor an account here.
constexpr std::string_view some_region = "us-east-1";
constexpr std::string_view some_account = "000000000000";

/// What messages say of a name that is none.
constexpr std::string_view name_pattern =
    R"((arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+))"
    R"((:(\$LATEST|[a-zA-Z0-9-_]+))?)";

template <class T>
using Read = Result<T, InvokeError>;

struct FunctionName {
  std::string region{some_region};
  std::string account{some_account};
  std::string name;
  std::string qualifier;  // empty: none
};

std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

std::unexpected<InvokeError> refused(int status, std::string_view type, std::string body) {
  return std::unexpected(InvokeError{status, type, std::move(body)});
}

std::string user_error(std::string_view message) {
  return fmt::format(R"({{"Type":"User","message":{}}})", quoted(message));
}

/// What a caller has written may be any bytes.
std::unexpected<InvokeError> invalid(std::string value, std::string_view what, std::string_view constraint) {
  std::ranges::replace_if(value, [](char c) { return !is_visible(c); }, '?');
  const std::string message = fmt::format(
      "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must satisfy {}", value,
      what, constraint);
  return refused(400, "ValidationException", fmt::format(R"({{"message":{}}})", quoted(message)));
}

/// Each `%` and two digits as the byte they stand for; any other `%` as it is.
std::string decoded(std::string_view text) {
  std::string bytes;
  for (; !text.empty(); text.remove_prefix(1)) {
    const bool escaped = text.size() > 2 && text[0] == '%' && is_hex_digit(text[1]) && is_hex_digit(text[2]);
    auto byte = static_cast<unsigned char>(text.front());
    if (escaped) {
      std::from_chars(text.data() + 1, text.data() + 3, byte, 16);
      text.remove_prefix(2);
    }
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

bool is_name(std::string_view text, std::size_t chars_max, std::string_view others = "-_") {
  const auto in_name = [&](char c) { return is_letter_or_digit(c) || others.contains(c); };
  return !text.empty() && text.size() <= chars_max && std::ranges::all_of(text, in_name);
}

bool is_qualifier(std::string_view text) { return is_name(text, limits::qualifier_chars_max, "$-_"); }

bool is_account(std::string_view text) {
  return text.size() == some_account.size() && std::ranges::all_of(text, is_digit);
}

/// `NAME`, `ACCOUNT:function:NAME` or `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, and perhaps `:QUALIFIER`.
std::optional<FunctionName> parse_name(std::string_view text) {
  std::vector<std::string_view> parts;
  for (const auto part : std::views::split(text, ':')) parts.emplace_back(part.begin(), part.end());

  FunctionName function;
  std::size_t at = 0;  // of the name
  if (parts.size() >= 7) {
    if (parts[0] != "arn" || !parts[1].starts_with("aws") || parts[2] != "lambda") return std::nullopt;
    if (!is_name(parts[3], limits::function_name_chars_max)) return std::nullopt;
    function.region = parts[3];
    at = 6;
  } else if (parts.size() >= 3) {
    at = 2;
  }
  if (at > 0) {
    if (!is_account(parts[at - 2]) || parts[at - 1] != "function") return std::nullopt;
    function.account = parts[at - 2];
  }
  if (parts.size() > at + 2 || !is_name(parts[at], limits::function_name_chars_max)) return std::nullopt;
  function.name = parts[at];
  if (parts.size() == at + 2) {
    if (!is_qualifier(parts[at + 1])) return std::nullopt;
    function.qualifier = parts[at + 1];
  }
  return function;
}

/// The first value of `Qualifier`, decoded; empty if there is none.
std::string qualifier_of(std::string_view query) {
  constexpr std::string_view key = "Qualifier=";
  for (const auto part : std::views::split(query, '&')) {
    const std::string_view pair(part.begin(), part.end());
    if (pair.starts_with(key)) return decoded(pair.substr(key.size()));
  }
  return "";
}

Read<void> check_function(const http::Request& request, std::string_view name, const DeployedFunction& deployed) {
  const std::string text = decoded(name);
  auto function = parse_name(text);
  if (!function) return invalid(text, "functionName", fmt::format("regular expression pattern: {}", name_pattern));
  const std::string qualifier = qualifier_of(request.query);
  if (!qualifier.empty()) {
    if (!is_qualifier(qualifier)) {
      return invalid(qualifier, "qualifier", R"(regular expression pattern: (|[a-zA-Z0-9$_-]+))");
    }
    if (!function->qualifier.empty() && function->qualifier != qualifier) {
      return refused(
          400, "InvalidParameterValueException",
          user_error("The derived qualifier from the function name does not match the specified qualifier."));
    }
    function->qualifier = qualifier;
  }

  const std::string& asked = function->qualifier;
  const bool is_deployed = asked.empty() || asked == latest || asked == deployed.alias;
  if (function->name == deployed.name && is_deployed) return {};
  const std::string message = fmt::format("Function not found: arn:aws:lambda:{}:{}:function:{}{}{}", function->region,
                                          function->account, function->name, asked.empty() ? "" : ":", asked);
  return refused(404, "ResourceNotFoundException", fmt::format(R"({{"Type":"User","Message":{}}})", quoted(message)));
}

template <class T, std::size_t N>
Read<T> choice_of(const http::Request& request, std::string_view header, std::string_view what,
                  const std::array<std::pair<std::string_view, T>, N>& choices) {
  const auto given = request.fields.find(header);
  if (!given) return choices.front().second;
  const auto found = std::ranges::find(choices, *given, [](const auto& choice) { return choice.first; });
  if (found != choices.end()) return found->second;
  std::string names;
  for (const auto& choice : choices) names.append(names.empty() ? "" : ", ").append(choice.first);
  return invalid(std::string(*given), what, fmt::format("enum value set: [{}]", names));
}

Read<void> check_size(std::size_t bytes, InvocationType type) {
  const bool waits = type == InvocationType::request_response;
  const std::size_t bytes_max = waits ? limits::invoke_payload_bytes_max : limits::invoke_event_bytes_max;
  if (type == InvocationType::dry_run || bytes <= bytes_max) return {};
  return refused(413, "RequestTooLargeException",
                 user_error(fmt::format("{} byte payload is too large for the {} invocation type (limit {} bytes)",
                                        bytes, waits ? "RequestResponse" : "Event", bytes_max)));
}

}  // namespace

std::optional<std::string_view> invoked_name(std::string_view path) {
  if (!path.starts_with(path_start) || !path.ends_with(path_end)) return std::nullopt;
  if (path.size() <= path_start.size() + path_end.size()) return std::nullopt;
  const std::string_view name = path.substr(path_start.size(), path.size() - path_start.size() - path_end.size());
  if (name.contains('/')) return std::nullopt;
  return name;
}

std::string invoke_path(std::string_view name) { return fmt::format("{}{}{}", path_start, name, path_end); }

Read<InvokeRequest> read_invoke_request(const http::Request& request, std::string_view name,
                                        const DeployedFunction& deployed) {
  if (auto known = check_function(request, name, deployed); !known) return std::unexpected(known.error());
  const auto type = choice_of(
      request, "X-Amz-Invocation-Type", "invocationType",
      std::to_array<std::pair<std::string_view, InvocationType>>({{"RequestResponse", InvocationType::request_response},
                                                                  {"Event", InvocationType::event},
                                                                  {"DryRun", InvocationType::dry_run}}));
  if (!type) return std::unexpected(type.error());
  const auto log = choice_of(
      request, "X-Amz-Log-Type", "logType",
      std::to_array<std::pair<std::string_view, LogType>>({{"None", LogType::none}, {"Tail", LogType::tail}}));
  if (!log) return std::unexpected(log.error());
  if (auto fits = check_size(request.body.size(), *type); !fits) return std::unexpected(fits.error());
  return InvokeRequest{*type, *log, request.body.empty() ? empty_event : request.body};
}

InvokeError no_json(std::string_view reason) {
  return {400, "InvalidRequestContentException",
          user_error(fmt::format("Could not parse request body into json: {}", reason))};
}

}  // namespace vc::lambda
