// The bytes a connection has read and not yet used. Small while idle; a long head or a body borrows a large buffer.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "limits.hpp"

namespace vc::http {

/// Views of `unread` are valid until the next call that is not const, `room` and `filled` aside.
class ReadBuffer final {
 public:
  std::string_view unread() const { return {data() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;  // the next request is read into the same lines of the cache
  }

  /// Where the next bytes go; empty if there is no room behind what is unread.
  std::span<char> room() { return {data() + end_, capacity() - end_}; }
  void filled(std::size_t bytes) { end_ += bytes; }

  /// Makes room: moves what is unread to the front, and if that is not enough, to a large buffer.
  void make_room() {
    to_front();
    if (end_ == capacity()) use_large();
  }

  void use_large() {
    to_front();
    if (large_) return;
    auto large = std::make_unique_for_overwrite<char[]>(limits::large_buffer_bytes);
    std::memcpy(large.get(), small_.data(), end_);
    large_ = std::move(large);
  }

  /// Gives the large buffer back if what is unread fits the small one.
  void shrink() {
    if (!large_ || unread().size() > small_.size()) return;
    std::ranges::copy(unread(), small_.begin());
    end_ -= std::exchange(begin_, 0);
    large_.reset();
  }

  /// Takes out `bytes` that lie `behind` unread bytes, which stay where they are.
  void cut(std::size_t behind, std::size_t bytes) {
    char* const gap = data() + begin_ + behind;
    std::memmove(gap, gap + bytes, end_ - begin_ - behind - bytes);
    end_ -= bytes;
  }

 private:
  char* data() { return large_ ? large_.get() : small_.data(); }
  const char* data() const { return large_ ? large_.get() : small_.data(); }
  std::size_t capacity() const { return large_ ? limits::large_buffer_bytes : small_.size(); }

  void to_front() {
    if (begin_ == 0) return;
    std::memmove(data(), data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }

  std::unique_ptr<char[]> large_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::array<char, limits::small_buffer_bytes> small_;
};

}  // namespace vc::http
