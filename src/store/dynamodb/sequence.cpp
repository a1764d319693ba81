#include "store/dynamodb/sequence.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace vc::store::dynamodb {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::size_t digits_max = 37;
constexpr auto ten_to_the_19th = static_cast<Wide>(10'000'000'000'000'000'000U);

}  // namespace

std::string text(const Sequence& sequence) {
  const Wide wide = (static_cast<Wide>(sequence.milliseconds) << 64) | sequence.random;
  const auto high = static_cast<std::uint64_t>(wide / ten_to_the_19th);
  const auto low = static_cast<std::uint64_t>(wide % ten_to_the_19th);
  return high != 0 ? fmt::format("{}{:019}", high, low) : fmt::format("{}", low);
}

std::optional<Sequence> parse_sequence(std::string_view text) {
  const bool digits = std::ranges::all_of(text, is_digit);
  if (text.empty() || text.size() > digits_max || !digits) return std::nullopt;
  Wide wide = 0;
  for (const char c : text) wide = wide * 10 + static_cast<unsigned>(c - '0');
  return Sequence{static_cast<std::uint64_t>(wide >> 64), static_cast<std::uint64_t>(wide)};
}

Sequence Sequences::next(WallTime now) {
  const auto milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(now.time_since_epoch().count(), 0));
  largest_ = std::max(milliseconds, largest_ + 1);
  return {largest_, random_.bits()};
}

void Sequences::seen(const Sequence& other) { largest_ = std::max(largest_, other.milliseconds); }

}  // namespace vc::store::dynamodb
