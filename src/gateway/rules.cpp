#include "gateway/rules.hpp"

#include <algorithm>

namespace vc::gateway {

bool Rules::allow_everything() const {
  const auto is_set = [](const auto& each) { return each.has_value(); };
  return !throttle && !client_throttle && std::ranges::none_of(route_throttles, is_set) &&
         std::ranges::find(key_required, KeyRequired::yes) == key_required.end();
}

}  // namespace vc::gateway
