#include "store/sqlite/log_check.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace vc::store::sqlite {
namespace {

enum class Order { little, big };

std::string word(std::uint32_t value, Order order = Order::big) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) {
    bytes += static_cast<char>(value >> 8 * (order == Order::big ? 3 - i : i));
  }
  return bytes;
}

/// A write-ahead log as SQLite writes it: commits of one page each.
class Log {
 public:
  Log(Order order, std::uint32_t page_bytes, int commits) : order_(order), page_bytes_(page_bytes) {
    bytes_ =
        word(0x377F0682 | (order == Order::big ? 1U : 0U)) + word(3'007'000) + word(page_bytes) + word(0) + salts();
    sum(bytes_);
    bytes_ += sums();
    for (int i = 0; i < commits; ++i) commit();
  }

  const std::string& bytes() const { return bytes_; }

 private:
  static std::string salts() { return word(1) + word(2); }
  std::string sums() const { return word(first_) + word(second_); }

  void commit() {
    const std::string head = word(1) + word(1);
    const std::string page(page_bytes_, 'x');
    sum(head);
    sum(page);
    bytes_ += head + salts() + sums() + page;
  }

  void sum(const std::string& words) {
    const auto next = [&](std::size_t at) {
      std::uint32_t value = 0;
      for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8 | static_cast<unsigned char>(words[order_ == Order::big ? at + i : at + 3 - i]);
      }
      return value;
    };
    for (std::size_t at = 0; at < words.size(); at += 8) {
      first_ += next(at) + second_;
      second_ += next(at + 4) + first_;
    }
  }

  const Order order_;
  const std::uint32_t page_bytes_;
  std::uint32_t first_ = 0;
  std::uint32_t second_ = 0;
  std::string bytes_;
};

class LogCheck : public testing::TestWithParam<Order> {};

TEST_P(LogCheck, PassesAWholeLog) {
  for (const std::uint32_t page_bytes : {512U, 4'096U, 65'536U}) {
    EXPECT_FALSE(is_damaged_log(Log(GetParam(), page_bytes, 3).bytes())) << page_bytes;
  }
}

TEST_P(LogCheck, FindsACommitThatIsNotAsItWasWritten) {
  const std::string whole = Log(GetParam(), 512, 4).bytes();
  for (std::size_t at = 0; at < 32 + 24 + 512; ++at) {
    std::string log = whole;
    log[at] = static_cast<char>(log[at] ^ 1);
    EXPECT_TRUE(is_damaged_log(log)) << at;
  }
}

TEST_P(LogCheck, FindsASizeOfPagesThatThereIsNot) {
  for (const std::uint32_t page_bytes : {0U, 256U, 520U, 4'095U}) {
    EXPECT_TRUE(is_damaged_log(Log(GetParam(), page_bytes, 0).bytes() + std::string(100, 'x'))) << page_bytes;
  }
}

INSTANTIATE_TEST_SUITE_P(BothOrders, LogCheck, testing::Values(Order::little, Order::big));

}  // namespace
}  // namespace vc::store::sqlite
