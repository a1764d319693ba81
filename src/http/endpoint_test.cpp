#include "http/endpoint.hpp"

#include <gtest/gtest.h>

namespace vc::http {
namespace {

TEST(Endpoint, IsPrintedAsItIsWritten) {
  for (const char* written : {"127.0.0.1:8080", "0.0.0.0:0", "[::1]:8081", "[::]:65535"}) {
    const auto endpoint = parse_endpoint(written);
    ASSERT_TRUE(endpoint) << written;
    EXPECT_EQ(text(*endpoint), written);
  }
}

TEST(Endpoint, MayBeCalledLocalhost) {
  const auto endpoint = parse_endpoint("localhost:8080");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(text(*endpoint), "127.0.0.1:8080");
}

TEST(Endpoint, HasTheAddressOfItsHost) {
  EXPECT_EQ(ip_address(*parse_endpoint("192.0.2.1:80")), parse_ip_address("192.0.2.1"));
  EXPECT_EQ(ip_address(*parse_endpoint("[2001:db8::1]:80")), parse_ip_address("2001:db8::1"));
}

TEST(Endpoint, IsRefusedWhereItIsNone) {
  for (const char* written : {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:80x", "127.0.0.1:65536", "::1:80",
                              "[::1:80", "[127.0.0.1]:80", "example.org:80", ":80"}) {
    EXPECT_FALSE(parse_endpoint(written)) << written;
  }
}

}  // namespace
}  // namespace vc::http
