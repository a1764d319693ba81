#include "gateway/client.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace vc::gateway {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{std::chrono::hours(1)};

std::string client(std::string_view peer, std::string_view fields) {
  const std::vector<IpNetwork> trusted = {*IpNetwork::parse("10.0.0.0/8"), *IpNetwork::parse("::1")};
  return text(client_of({.method = "GET",
                         .path = "/counter",
                         .query = "",
                         .fields = http::Fields(fields),
                         .body = "",
                         .peer = *parse_ip_address(peer)},
                        trusted));
}

TEST(Client, IsThePeerUnlessAProxyIsTrusted) {
  EXPECT_EQ(client("192.0.2.1", ""), "192.0.2.1");
  EXPECT_EQ(client("192.0.2.1", "X-Forwarded-For: 198.51.100.7\r\n"), "192.0.2.1");
}

TEST(Client, BehindATrustedProxyIsTheRightMostThatIsNone) {
  EXPECT_EQ(client("10.0.0.1", "X-Forwarded-For: 198.51.100.7\r\n"), "198.51.100.7");
  EXPECT_EQ(client("10.0.0.1", "X-Forwarded-For: 203.0.113.9, 198.51.100.7\r\n"), "198.51.100.7");
  EXPECT_EQ(client("10.0.0.1", "X-Forwarded-For: 203.0.113.9,198.51.100.7 , 10.0.0.2\r\n"), "198.51.100.7");
  EXPECT_EQ(client("::1", "x-forwarded-for: 2001:db8::1\r\nA: b\r\nX-Forwarded-For: 10.0.0.2,::1\r\n"), "2001:db8::1");
  EXPECT_EQ(client("::1", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 198.51.100.7\r\n"), "198.51.100.7");
}

TEST(Client, MayBeAProxyItself) {
  EXPECT_EQ(client("10.0.0.1", ""), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "X-Forwarded-For: 10.0.0.3, 10.0.0.2\r\n"), "10.0.0.3");
}

TEST(Client, IsNotBelievedWhereNoAddressStands) {
  EXPECT_EQ(client("10.0.0.1", "X-Forwarded-For:\r\n"), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "X-Forwarded-For: 198.51.100.7, unknown\r\n"), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "X-Forwarded-For: 198.51.100.7, unknown, 10.0.0.2\r\n"), "10.0.0.2");
  EXPECT_EQ(client("10.0.0.1", "X-Forwarded-For: unknown, 198.51.100.7\r\n"), "198.51.100.7");
}

bool take(ClientBuckets& buckets, std::string_view address, SteadyTime now = start) {
  TokenBucket& bucket = buckets.of(*parse_ip_address(address), now);
  if (!bucket.has_token(now)) return false;
  bucket.take();
  return true;
}

TEST(ClientBuckets, AreOneForEachAddress) {
  ClientBuckets buckets({.requests_per_1000_s = 0, .burst = 1}, 10);
  EXPECT_TRUE(take(buckets, "192.0.2.1"));
  EXPECT_TRUE(take(buckets, "192.0.2.2"));
  EXPECT_FALSE(take(buckets, "192.0.2.1"));
}

TEST(ClientBuckets, AreOneForTheAddressesThatAClientChoosesFreely) {
  ClientBuckets buckets({.requests_per_1000_s = 0, .burst = 1}, 10);
  EXPECT_TRUE(take(buckets, "2001:db8:0:1::1"));
  EXPECT_FALSE(take(buckets, "2001:db8:0:1:ffff::2"));
  EXPECT_TRUE(take(buckets, "2001:db8:0:2::1"));
}

TEST(ClientBuckets, AreBoundedAndForgetWhoWasSilentLongest) {
  ClientBuckets buckets({.requests_per_1000_s = 0, .burst = 1}, 3);
  for (const char* address : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) EXPECT_TRUE(take(buckets, address));
  EXPECT_FALSE(take(buckets, "192.0.2.1"));
  EXPECT_TRUE(take(buckets, "192.0.2.4"));
  EXPECT_EQ(buckets.size(), 3U);
  EXPECT_FALSE(take(buckets, "192.0.2.1"));
  EXPECT_TRUE(take(buckets, "192.0.2.2"));
}

TEST(ClientBuckets, ChangeForAll) {
  ClientBuckets buckets({.requests_per_1000_s = 0, .burst = 1}, 10);
  EXPECT_TRUE(take(buckets, "192.0.2.1"));
  buckets.change({.requests_per_1000_s = 1'000, .burst = 2}, start);
  EXPECT_FALSE(take(buckets, "192.0.2.1"));
  EXPECT_TRUE(take(buckets, "192.0.2.1", start + 1s));
  EXPECT_TRUE(take(buckets, "192.0.2.2") && take(buckets, "192.0.2.2"));
}

}  // namespace
}  // namespace vc::gateway
