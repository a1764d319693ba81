// Signs requests for tests/aws: one JSON object a line on stdin, its headers with the signature as a JSON object a line
// on stdout.

#include <boost/json.hpp>

#include <charconv>
#include <iostream>
#include <string>

#include "aws/sigv4.hpp"

namespace {

namespace json = boost::json;
using namespace vc;

std::string text(const json::object& object, std::string_view name) { return std::string(object.at(name).as_string()); }

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t at = 0; at + 2 <= digits.size(); at += 2) {
    unsigned value = 0;
    std::from_chars(digits.data() + at, digits.data() + at + 2, value, 16);
    bytes.push_back(static_cast<char>(value));
  }
  return bytes;
}

json::object signed_headers(const json::object& asked) {
  aws::HttpRequest request{text(asked, "method"), text(asked, "target"), {}, from_hex(text(asked, "body"))};
  for (const auto& [name, value] : asked.at("headers").as_object()) {
    request.headers.push_back({std::string(name), std::string(value.as_string())});
  }
  const auto credentials =
      aws::make_credentials(text(asked, "key_id"), text(asked, "secret"), text(asked, "token"), "the test");
  const std::string region = text(asked, "region");
  const std::string service = text(asked, "service");
  const WallTime now(std::chrono::milliseconds(asked.at("time_ms").to_number<std::int64_t>()));
  aws::sign(request, text(asked, "host"), {region, service}, credentials.value(), now);
  json::object headers;
  for (const aws::Header& header : request.headers) headers[header.name] = header.value;
  return headers;
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) std::cout << signed_headers(json::parse(line).as_object()) << '\n';
}
