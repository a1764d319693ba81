#include "aws/http.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace vc::aws {

std::string_view HttpResponse::header(std::string_view name) const {
  const auto same = [&](const Header& header) { return std::ranges::equal(header.name, name, {}, to_lower, to_lower); };
  const auto found = std::ranges::find_if(headers, same);
  return found != headers.end() ? std::string_view(found->value) : std::string_view();
}

}  // namespace vc::aws
