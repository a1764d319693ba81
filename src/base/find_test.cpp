#include "base/find.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vc {
namespace {

constexpr auto is_wanted = [](auto byte) { return (byte < ' ') | (byte == '"') | (byte > '~'); };

TEST(FindByte, FindsEveryByteWhereverItIs) {
  for (int byte = 0; byte < 256; ++byte) {
    const bool wanted = is_wanted(static_cast<unsigned char>(byte)) != 0;
    for (std::size_t at = 0; at < 50; ++at) {
      std::string text(50, 'x');
      text[at] = static_cast<char>(byte);
      EXPECT_EQ(find_byte(text, 0, is_wanted), wanted ? at : 50) << byte;
    }
  }
}

TEST(FindByte, BeginsWhereItIsTold) {
  const std::string text = "\"" + std::string(30, 'x') + "\"\"" + std::string(3, 'x');
  EXPECT_EQ(find_byte(text, 0, is_wanted), 0U);
  EXPECT_EQ(find_byte(text, 1, is_wanted), 31U);
  EXPECT_EQ(find_byte(text, 32, is_wanted), 32U);
  EXPECT_EQ(find_byte(text, 33, is_wanted), text.size());
  EXPECT_EQ(find_byte(text, text.size(), is_wanted), text.size());
  EXPECT_EQ(find_byte("", 0, is_wanted), 0U);
}

}  // namespace
}  // namespace vc
