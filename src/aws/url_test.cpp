#include "aws/url.hpp"

#include <gtest/gtest.h>

namespace vc::aws {
namespace {

TEST(Url, HasAHostAPortAndAPath) {
  const auto url = parse_url("https://DynamoDB.us-east-1.amazonaws.com");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, Scheme::https);
  EXPECT_EQ(url->host, "dynamodb.us-east-1.amazonaws.com");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path, "/");
  EXPECT_EQ(url->authority(), "dynamodb.us-east-1.amazonaws.com");
  EXPECT_EQ(parse_url("http://169.254.170.2/v2/credentials/x")->path, "/v2/credentials/x");
}

TEST(Url, SaysThePortOnlyIfItIsNotTheSchemesOwn) {
  EXPECT_EQ(parse_url("http://localhost:4567/")->authority(), "localhost:4567");
  EXPECT_EQ(parse_url("http://localhost:80")->authority(), "localhost");
  EXPECT_EQ(parse_url("http://localhost:443")->authority(), "localhost:443");
  EXPECT_EQ(parse_url("http://[::1]:8000")->authority(), "[::1]:8000");
  EXPECT_EQ(parse_url("http://[::1]:8000")->host, "::1");
}

TEST(Url, KnowsTheAddressesOfThisMachine) {
  for (const char* here : {"http://localhost", "http://127.0.0.1", "http://127.9.9.9:80", "http://[::1]"}) {
    EXPECT_TRUE(parse_url(here)->is_loopback()) << here;
  }
  for (const char* there : {"http://localhost.example.org", "http://128.0.0.1", "http://127.0.0.1.example.org"}) {
    EXPECT_FALSE(parse_url(there)->is_loopback()) << there;
  }
}

TEST(Url, RefusesEverythingElse) {
  for (const char* bad :
       {"", "localhost", "ftp://x", "https://", "https://:1", "https://user@host", "https://host:", "https://host:0",
        "https://host:65536", "https://host:8o", "https://ho st", "https://host/a b", "https://host/?x",
        "https://host/#x", "https://[::1", "https://[localhost]", "https://[::1]x", "https://host\r\nX: y"}) {
    EXPECT_FALSE(parse_url(bad)) << bad;
  }
}

}  // namespace
}  // namespace vc::aws
