#include "base/ip_address.hpp"

#include <gtest/gtest.h>

namespace vc {
namespace {

IpAddress address(std::string_view text) { return *parse_ip_address(text); }

bool contains(std::string_view network, std::string_view text) {
  return IpNetwork::parse(network)->contains(address(text));
}

TEST(IpAddress, IsReadAndWritten) {
  for (const char* each : {"127.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1"}) {
    ASSERT_TRUE(parse_ip_address(each)) << each;
    EXPECT_EQ(text(address(each)), each);
  }
}

TEST(IpAddress, OfVersionFourIsTheMappedOneToo) {
  EXPECT_EQ(address("::ffff:192.0.2.1"), address("192.0.2.1"));
  EXPECT_TRUE(address("192.0.2.1").is_v4());
  EXPECT_FALSE(address("2001:db8::1").is_v4());
}

TEST(IpAddress, IsNothingElse) {
  using namespace std::string_view_literals;
  for (const std::string_view each :
       {""sv, "x"sv, "1"sv, "127.1"sv, "1.2.3.4.5"sv, "256.0.0.1"sv, "01.2.3.4"sv, "1.2.3.4 "sv, "[::1]"sv, "::1%lo"sv,
        "1.2.3.4:80"sv, "1.2.3.4\0"sv, "::g"sv, "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001"sv}) {
    EXPECT_FALSE(parse_ip_address(each)) << each;
  }
}

TEST(IpNetwork, ContainsWhatBeginsAlike) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.129"));
  EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(contains("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(contains("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(contains("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(contains("2001:db8::/32", "2001:db9::1"));
  EXPECT_TRUE(contains("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("::/0", "8.8.8.8"));
}

TEST(IpNetwork, IsNothingElse) {
  for (const char* each : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "::/129", "10.0.0.0/8/8", "10.0.0.0/-1",
                           "example.org", "10.0.0.0/a"}) {
    EXPECT_FALSE(IpNetwork::parse(each)) << each;
  }
}

}  // namespace
}  // namespace vc
