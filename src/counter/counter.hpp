// What is counted: the words of the domain.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vc::counter {

/// A number of visits, 0 to limits::count_max.
using Count = std::uint64_t;

/// Names one counter: 1 to limits::counter_id_chars_max of `A-Z a-z 0-9 . _ -`.
class CounterId {
 public:
  static Result<CounterId> parse(std::string_view text);

  const std::string& text() const { return text_; }
  friend bool operator==(const CounterId&, const CounterId&) = default;

 private:
  explicit CounterId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// What test traffic on this stage counts on. Errors: it would be too long, or the stage has other characters.
Result<CounterId> preview_of(const CounterId& id, std::string_view stage);

/// A counter, and how many days after its last visit its record expires. 0: never.
struct Counter {
  CounterId id;
  std::chrono::days ttl{0};
};

/// What a store keeps of one counter. Times are text as stored: ours are RFC 3339 in UTC, an older program's may not
/// be.
struct Record {
  Count visit_count = 0;
  std::string created_date;
  std::string last_updated;
  std::optional<std::chrono::sys_seconds> expires;
};

}  // namespace vc::counter
