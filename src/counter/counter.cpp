#include "counter/counter.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "limits.hpp"

namespace vc::counter {
namespace {

bool allowed(char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; }

}  // namespace

Result<CounterId> CounterId::parse(std::string_view text) {
  if (text.empty() || text.size() > limits::counter_id_chars_max || !std::ranges::all_of(text, allowed)) {
    return fail("'{}' is not a counter id: 1 to {} of A-Z a-z 0-9 . _ -", text, limits::counter_id_chars_max);
  }
  return CounterId(std::string(text));
}

Result<CounterId> preview_of(const CounterId& id, std::string_view stage) {
  return CounterId::parse(fmt::format("{}.preview.{}", id.text(), stage));
}

}  // namespace vc::counter
