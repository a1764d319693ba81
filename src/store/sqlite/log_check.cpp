#include "store/sqlite/log_check.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace vc::store::sqlite {
namespace {

constexpr std::size_t header_bytes = 32;
constexpr std::size_t frame_header_bytes = 24;
constexpr std::size_t page_bytes_min = 512;
constexpr std::uint32_t magic = 0x377F0682;  // its last bit says in which order the checksum reads words

enum class Order { little, big };

std::uint32_t word(std::string_view bytes, std::size_t at, Order order = Order::big) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    const std::size_t byte = order == Order::big ? at + i : at + sizeof value - 1 - i;
    value = value << 8 | static_cast<unsigned char>(bytes[byte]);
  }
  return value;
}

/// The running checksum of a log, from its header on.
class Checksum final {
 public:
  explicit Checksum(Order order) : order_(order) {}

  /// Requires: a multiple of 8 bytes.
  void add(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += 8) {
      first_ += word(bytes, at, order_) + second_;
      second_ += word(bytes, at + 4, order_) + first_;
    }
  }

  /// Whether it is the one that stands here.
  bool is(std::string_view bytes, std::size_t at) const {
    return word(bytes, at) == first_ && word(bytes, at + 4) == second_;
  }

 private:
  Order order_;
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
};

}  // namespace

bool is_damaged_log(std::string_view log) {
  if (log.size() <= header_bytes) return false;  // nothing was ever committed in it
  const std::size_t page_bytes = word(log, 8);
  Checksum checksum((word(log, 0) & 1U) == 0 ? Order::little : Order::big);
  checksum.add(log.substr(0, 24));
  if ((word(log, 0) & ~1U) != magic || !checksum.is(log, 24)) return true;
  if (!std::has_single_bit(page_bytes) || page_bytes < page_bytes_min) return true;

  const std::string_view salts = log.substr(16, 8);
  const std::size_t frame_bytes = frame_header_bytes + page_bytes;
  bool whole = true;
  int commits_behind = 0;
  for (std::size_t at = header_bytes; log.size() - at >= frame_bytes; at += frame_bytes) {
    const std::string_view frame = log.substr(at, frame_bytes);
    const bool current = frame.substr(8, 8) == salts;  // else from before the log began anew
    if (whole && current) {
      checksum.add(frame.substr(0, 8));
      checksum.add(frame.substr(frame_header_bytes));
    }
    whole = whole && current && checksum.is(frame, 16);
    const bool commits = word(frame, 4) != 0;
    if (!whole && current && commits) ++commits_behind;
  }
  return commits_behind >= 2;
}

}  // namespace vc::store::sqlite
