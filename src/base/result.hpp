// Values that may be missing for a reason. We do not throw: answers and outages are values.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <string>
#include <utility>

namespace vc {

/// Why something could not be done, in one line for the operator. Never shown to a visitor.
struct Error {
  std::string message;
};

template <class T, class E = Error>
using Result = std::expected<T, E>;

/// Makes the error of a Result: `return fail("cannot open {}: {}", path, reason);`
///
/// What files and people have put into the arguments stays on the one line: a control character becomes a `?`.
template <class... Args>
[[nodiscard]] std::unexpected<Error> fail(fmt::format_string<Args...> format, Args&&... args) {
  Error error{fmt::format(format, std::forward<Args>(args)...)};
  std::ranges::replace_if(error.message, [](unsigned char byte) { return byte < ' ' || byte == 0x7F; }, '?');
  return std::unexpected(std::move(error));
}

}  // namespace vc
