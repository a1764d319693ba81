#include "base/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace vc {
namespace {

/// The bytes of which something is true, in order.
std::string all(bool (*is)(char)) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  std::erase_if(bytes, [is](char c) { return !is(c); });
  return bytes;
}

TEST(Text, KnowsTheClassesOfAscii) {
  EXPECT_EQ(all(is_digit), "0123456789");
  EXPECT_EQ(all(is_hex_digit), "0123456789ABCDEFabcdef");
  EXPECT_EQ(all(is_letter), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(all(is_letter_or_digit), all(is_digit) + all(is_letter));
  EXPECT_EQ(all(is_visible).size(), 94U);
  EXPECT_EQ(all(is_visible).front(), '!');
  EXPECT_EQ(all(is_visible).back(), '~');
}

TEST(Text, TakesTheTabForABlankAndDeleteForAControl) {
  EXPECT_EQ(all(is_control).size(), 32U);
  EXPECT_FALSE(is_control('\t'));
  EXPECT_TRUE(is_control('\x7F'));
  EXPECT_FALSE(is_control('\x80'));
}

TEST(Text, LowersLettersOnly) {
  std::string text = "Az09@[\xC4";
  std::ranges::transform(text, text.begin(), to_lower);
  EXPECT_EQ(text, "az09@[\xC4");
}

TEST(Text, LosesTheBlanksAroundIt) {
  EXPECT_EQ(trimmed(" \t a b\t "), "a b");
  EXPECT_EQ(trimmed(" \t "), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("a"), "a");
}

}  // namespace
}  // namespace vc
