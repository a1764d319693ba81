#include "store/dynamodb/address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.hpp"

namespace vc::store::dynamodb {
namespace {

constexpr std::string_view scheme = "dynamodb://";

constexpr std::array<std::pair<std::string_view, Engine>, 3> engines = {
    {{"dynamodb", Engine::dynamodb}, {"alternator", Engine::alternator}, {"dynalite", Engine::dynalite}}};

/// The rules of DynamoDB.
bool is_table_name(std::string_view name) {
  const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.'; };
  return name.size() >= 3 && name.size() <= 255 && std::ranges::all_of(name, allowed);
}

/// A part of a host name, so that it leads nowhere else.
bool is_region(std::string_view name) {
  const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '-'; };
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, allowed);
}

Result<void> assign(Address& address, std::string_view name, std::string_view value) {
  if (name == "region") {
    if (!is_region(value)) return fail("'{}' is no region", value);
    address.region = value;
    return {};
  }
  if (name == "endpoint") {
    auto url = aws::parse_url(value);
    if (!url) return std::unexpected(url.error());
    if (url->path != "/") return fail("the endpoint '{}' has a path", value);
    address.endpoint = std::move(*url);
    return {};
  }
  if (name == "engine") {
    const auto* const found = std::ranges::find(engines, value, [](const auto& engine) { return engine.first; });
    if (found == engines.end()) return fail("'{}' is none of dynamodb, alternator, dynalite", value);
    address.engine = found->second;
    return {};
  }
  if (name == "timeout") {
    std::uint64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    const bool whole = error == std::errc{} && end == value.data() + value.size();
    if (!whole || seconds == 0 || seconds > limits::dynamodb_timeout_seconds_max) {
      return fail("'{}' is no timeout: 1 to {} seconds", value, limits::dynamodb_timeout_seconds_max);
    }
    address.timeout = std::chrono::seconds(seconds);
    return {};
  }
  return fail("a table's address has no '{}'; it has region, endpoint, engine and timeout", name);
}

std::string_view scheme_text(const aws::Url& url) { return url.scheme == aws::Scheme::https ? "https://" : "http://"; }

}  // namespace

Result<Address> parse_address(std::string_view text) {
  Address address;
  if (!text.starts_with(scheme)) return fail("'{}' is no dynamodb://TABLE", text);
  std::string_view rest = text.substr(scheme.size());
  const auto mark = std::min(rest.find('?'), rest.size());
  address.table = rest.substr(0, mark);
  if (!is_table_name(address.table)) return fail("'{}' is no table: 3 to 255 of A-Z a-z 0-9 _ - .", address.table);
  rest.remove_prefix(std::min(mark + 1, rest.size()));
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    if (auto assigned = assign(address, pair.substr(0, equals), value); !assigned) {
      return std::unexpected(assigned.error());
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return address;
}

std::string text(const Address& address) {
  std::string query;
  const auto append = [&](std::string_view name, std::string_view value) {
    query.append(query.empty() ? "?" : "&").append(name).append("=").append(value);
  };
  if (!address.region.empty()) append("region", address.region);
  if (address.endpoint) {
    append("endpoint", std::string(scheme_text(*address.endpoint)).append(address.endpoint->authority()));
  }
  if (address.engine != Engine::dynamodb) {
    append("engine", std::ranges::find(engines, address.engine, [](const auto& e) { return e.second; })->first);
  }
  if (address.timeout != limits::dynamodb_deadline) append("timeout", std::to_string(address.timeout.count()));
  return std::string(scheme).append(address.table).append(query);
}

Result<aws::Url> endpoint_of(const Address& address, const std::string& region, const Environment& environment) {
  if (!is_region(region)) return fail("'{}' is no region", region);  // it goes into a signed header too
  if (address.endpoint) return *address.endpoint;
  const bool ignored = variable(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == "true";
  for (const char* name : {"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"}) {
    const std::string_view given = ignored ? std::string_view() : variable(environment, name);
    if (given.empty()) continue;
    auto url = aws::parse_url(given);
    if (!url) return fail("{}: {}", name, url.error().message);
    return url;
  }
  const std::string_view domain = region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return aws::parse_url(fmt::format("https://dynamodb.{}.{}", region, domain));
}

}  // namespace vc::store::dynamodb
