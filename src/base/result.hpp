// Values that may be missing for a reason. We do not throw: answers and outages are values.
#pragma once

#include <fmt/format.h>

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
template <class... Args>
[[nodiscard]] std::unexpected<Error> fail(fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Error{fmt::format(format, std::forward<Args>(args)...)});
}

}  // namespace vc
