#include "release/message.hpp"

#include <gtest/gtest.h>

namespace vc::release {
namespace {

TEST(Message, AMessageIsTheSameBehindTheWire) {
  const Message sent{.says = Says::take, .number = 0x0123456789ABCDEF, .text = std::string("main\0counter", 12)};
  EXPECT_EQ(decode(encode(sent)), sent);
}

TEST(Message, EveryMessageIsUnderstood) {
  for (int says = 0; says <= static_cast<int>(last_said); ++says) {
    const Message sent{.says = static_cast<Says>(says), .number = 0, .text = {}};
    EXPECT_EQ(decode(encode(sent)), sent);
  }
}

TEST(Message, AMessageOfAnotherVersionIsRefusedWithBothVersions) {
  std::string datagram = encode({.says = Says::join, .number = 1, .text = "green 1.2.0"});
  datagram[0] = 9;
  EXPECT_EQ(decode(datagram).error().message, "the other release speaks version 9 of the protocol, this one 1");
}

TEST(Message, WhatIsNoMessageIsRefused) {
  const std::string whole = encode({.says = last_said, .number = 0, .text = {}});
  EXPECT_FALSE(decode(""));
  EXPECT_FALSE(decode(whole.substr(1)));
  std::string unknown = whole;
  ++unknown[1];
  EXPECT_FALSE(decode(unknown));
  EXPECT_TRUE(decode(whole + std::string(limits::release_text_bytes_max, 'x')));
  EXPECT_FALSE(decode(whole + std::string(limits::release_text_bytes_max + 1, 'x')));
}

TEST(Release, AReleaseIsAStageAndAVersion) {
  const auto parsed = parse_release(text(Release{.stage = "green", .version = "1.2.0+gabc"}));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->stage, "green");
  EXPECT_EQ(parsed->version, "1.2.0+gabc");
  for (const char* bad : {"", "green", "green ", " 1.2.0", "green 1 2", "gr\nn 1", "green 1.\x7F"}) {
    EXPECT_FALSE(parse_release(bad)) << bad;
  }
  EXPECT_FALSE(parse_release(std::string(limits::release_word_chars_max + 1, 'x') + " 1"));
}

}  // namespace
}  // namespace vc::release
