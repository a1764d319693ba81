#include "lambda/event.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace vc::lambda {
namespace {

namespace json = boost::json;

/// A key's value; nullptr if it is null or absent.
const json::value* find(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains({key.data(), key.size()});
  return value != nullptr && !value->is_null() ? value : nullptr;
}

/// Empty if it is null or absent.
Result<std::string> text_of(const json::object& object, std::string_view key) {
  const json::value* value = find(object, key);
  if (value == nullptr) return "";
  if (!value->is_string()) return fail("{} is not a string", key);
  return std::string(std::string_view(value->get_string()));
}

Result<std::string> required_text(const json::object& object, std::string_view key) {
  auto text = text_of(object, key);
  if (text && text->empty()) return fail("{} is missing", key);
  return text;
}

/// Empty if it is null or absent. Lifetime: of the object it is in.
Result<const json::object*> object_of(const json::object& object, std::string_view key) {
  static const json::object empty;
  const json::value* value = find(object, key);
  if (value == nullptr) return &empty;
  if (!value->is_object()) return fail("{} is not an object", key);
  return &value->get_object();
}

/// A field's line. Nothing in it may be taken for a second line.
Result<void> add_field(std::string& fields, std::string_view name, const json::value& value) {
  const auto in_name = [](char c) { return is_visible(c) && c != ':'; };
  if (name.empty() || !std::ranges::all_of(name, in_name)) return fail("a header's name is none");
  if (!value.is_string()) return fail("the header {} is not a string", name);
  const std::string_view text = value.get_string();
  if (std::ranges::any_of(text, is_control)) return fail("the header {} has a control character", name);
  fields.append(name).append(": ").append(text).append("\r\n");
  return {};
}

/// Every value of `multiValueHeaders`; of `headers`, which has the last value of each name, what is not among them.
Result<std::string> fields_of(const json::object& event) {
  const auto several = object_of(event, "multiValueHeaders");
  if (!several) return std::unexpected(several.error());
  const auto single = object_of(event, "headers");
  if (!single) return std::unexpected(single.error());

  std::string fields;
  std::set<std::string> names;
  for (const auto& [name, values] : **several) {
    if (!values.is_array()) return fail("the header {} of multiValueHeaders is not a list", std::string_view(name));
    for (const json::value& value : values.get_array()) {
      if (auto added = add_field(fields, name, value); !added) return std::unexpected(added.error());
    }
    names.insert(lower_case(name));
  }
  for (const auto& [name, value] : **single) {
    if (names.contains(lower_case(name))) continue;
    if (auto added = add_field(fields, name, value); !added) return std::unexpected(added.error());
  }
  return fields;
}

/// The path as the gateway has routed it. Behind a custom domain it begins with the domain's base path, and `resource`
/// says where that ends: `/v1/counter` of the resource `/counter`.
std::string_view routed(std::string_view path, std::string_view resource) {
  if (!resource.starts_with('/') || !path.ends_with(resource)) return path;
  const std::string_view base_path = path.substr(0, path.size() - resource.size());
  const bool is_base_path = base_path.starts_with('/') && !base_path.ends_with('/');
  return is_base_path ? resource : path;
}

std::string quoted(std::string_view text) { return json::serialize(json::string_view(text.data(), text.size())); }

Result<Event> read_event(const json::value& parsed) {
  const json::object* event = parsed.if_object();
  if (event == nullptr) return fail("the event is not an object");

  auto path = required_text(*event, "path");
  if (!path) return std::unexpected(path.error());
  auto method = required_text(*event, "httpMethod");
  if (!method) return std::unexpected(method.error());
  const auto resource = text_of(*event, "resource");
  if (!resource) return std::unexpected(resource.error());
  auto fields = fields_of(*event);
  if (!fields) return std::unexpected(fields.error());
  const auto context = object_of(*event, "requestContext");
  if (!context) return std::unexpected(context.error());
  auto domain_name = text_of(**context, "domainName");
  if (!domain_name) return std::unexpected(domain_name.error());
  return Event{.method = std::move(*method),
               .path = std::string(routed(*path, *resource)),
               .fields = std::move(*fields),
               .domain_name = std::move(*domain_name)};
}

}  // namespace

Result<Event, EventError> parse_event(std::string_view text) {
  boost::system::error_code error;
  const json::value parsed = json::parse({text.data(), text.size()}, error);
  if (error) return std::unexpected(EventError{{"not JSON: " + error.message()}, EventError::Why::no_json});
  auto event = read_event(parsed);
  if (!event) return std::unexpected(EventError{std::move(event.error()), EventError::Why::no_event});
  return std::move(*event);
}

function::Traffic traffic_of(const Event& event, std::string_view production_domain) {
  const bool production = production_domain.empty() || http::same_token(event.domain_name, production_domain);
  return production ? function::Traffic::production : function::Traffic::preview;
}

std::string to_json(const http::Response& response) {
  std::string headers;
  response.fields().for_each([&](std::string_view name, std::string_view value) {
    headers += fmt::format("{}{}: {}", headers.empty() ? "" : ", ", quoted(name), quoted(value));
  });
  return fmt::format(R"({{"statusCode": {}, "headers": {{{}}}, "body": {}, "isBase64Encoded": false}})",
                     response.status, headers, quoted({response.body.data(), response.body.size()}));
}

std::string error_json(std::string_view type, std::string_view message) {
  return fmt::format(R"({{"errorMessage": {}, "errorType": {}, "stackTrace": []}})", quoted(message), quoted(type));
}

}  // namespace vc::lambda
