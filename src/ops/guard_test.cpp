#include "ops/guard.hpp"

#include <gtest/gtest.h>

namespace vc::ops {
namespace {

bool enters(std::string_view fields) { return may_enter(http::Fields(fields)); }

TEST(Guard, LetsInWhoNamesLoopback) {
  EXPECT_TRUE(enters("Host: 127.0.0.1:8081\r\n"));
  EXPECT_TRUE(enters("Host: 127.0.0.1\r\n"));
  EXPECT_TRUE(enters("Host: localhost:9999\r\n"));
  EXPECT_TRUE(enters("Host: [::1]:8081\r\n"));
}

TEST(Guard, KeepsOutANameThatOnlyLeadsHere) {
  for (const char* fields :
       {"", "Host: evil.example:8081\r\n", "Host: localhost.evil.example\r\n", "Host: 127.0.0.1.evil.example\r\n",
        "Host: [::2]:8081\r\n", "Host: \r\n", "Host: 10.0.0.1:8081\r\n"}) {
    EXPECT_FALSE(enters(fields)) << fields;
  }
}

TEST(Guard, KeepsOutPagesOfOtherOrigins) {
  EXPECT_TRUE(enters("Host: 127.0.0.1:8081\r\nOrigin: http://127.0.0.1:8081\r\n"));
  for (const char* origin : {"http://evil.example", "null", "http://127.0.0.1:1580", "http://localhost:8081", ""}) {
    const std::string fields = std::string("Host: 127.0.0.1:8081\r\nOrigin: ") + origin + "\r\n";
    EXPECT_FALSE(enters(fields)) << origin;
  }
}

TEST(Guard, KeepsOutWhatABrowserCallsCrossSite) {
  EXPECT_FALSE(enters("Host: 127.0.0.1:8081\r\nSec-Fetch-Site: cross-site\r\n"));
  EXPECT_TRUE(enters("Host: 127.0.0.1:8081\r\nSec-Fetch-Site: none\r\n"));
  EXPECT_TRUE(enters("Host: 127.0.0.1:8081\r\nSec-Fetch-Site: same-origin\r\n"));
}

TEST(Guard, KnowsJson) {
  EXPECT_TRUE(has_json_body(http::Fields("Content-Type: application/json\r\n")));
  EXPECT_TRUE(has_json_body(http::Fields("content-type: Application/JSON ; charset=utf-8\r\n")));
  EXPECT_FALSE(has_json_body(http::Fields("Content-Type: text/plain\r\n")));
  EXPECT_FALSE(has_json_body(http::Fields("Content-Type: application/jsonp\r\n")));
  EXPECT_FALSE(has_json_body(http::Fields("")));
}

}  // namespace
}  // namespace vc::ops
