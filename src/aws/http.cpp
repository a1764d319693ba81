#include "aws/http.hpp"

#include <algorithm>

namespace vc::aws {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  const auto same = [&](const Header& header) { return std::ranges::equal(header.name, name, {}, lower, lower); };
  const auto found = std::ranges::find_if(headers, same);
  return found != headers.end() ? std::string_view(found->value) : std::string_view();
}

}  // namespace vc::aws
