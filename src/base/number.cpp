#include "base/number.hpp"

#include <charconv>

namespace vc {

Result<std::uint64_t> parse_number(std::string_view text, std::uint64_t min, std::uint64_t max) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < min || number > max) {
    return fail("'{}' is not a whole number from {} to {}", text, min, max);
  }
  return number;
}

}  // namespace vc
