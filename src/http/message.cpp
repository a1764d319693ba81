#include "http/message.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace vc::http {

bool same_token(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, to_lower, to_lower);
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  std::optional<std::string_view> found;
  for_each(name, [&](std::string_view value) { found = found.value_or(value); });
  return found;
}

std::size_t Fields::count(std::string_view name) const {
  std::size_t count = 0;
  for_each(name, [&](std::string_view) { ++count; });
  return count;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

}  // namespace vc::http
