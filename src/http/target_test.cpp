#include "http/target.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vc::http {
namespace {

std::string path_of(std::string_view method, std::string_view target) {
  const auto parsed = parse_target(method, target);
  return parsed ? std::string(parsed->path) : "refused";
}

TEST(Target, OfTheOriginFormIsPathAndQuery) {
  const auto target = parse_target("GET", "/counter?a=b?c");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/counter");
  EXPECT_EQ(target->query, "a=b?c");
  EXPECT_EQ(path_of("GET", "/"), "/");
  EXPECT_EQ(path_of("GET", "/?"), "/");
  EXPECT_EQ(path_of("GET", "//a/counter"), "//a/counter");
}

TEST(Target, IsNotDecoded) {
  EXPECT_EQ(path_of("GET", "/%63ounter"), "/%63ounter");
  EXPECT_EQ(path_of("GET", "/%2e%2e/%2F%25"), "/%2e%2e/%2F%25");
}

TEST(Target, OfTheAbsoluteFormIsItsPath) {
  EXPECT_EQ(path_of("GET", "http://a.b:80/counter?q"), "/counter");
  EXPECT_EQ(path_of("GET", "HTTP://a.b/counter"), "/counter");
  EXPECT_EQ(path_of("GET", "https://[::1]:8080/counter"), "/counter");
  EXPECT_EQ(path_of("GET", "http://a.b"), "/");
  EXPECT_EQ(path_of("GET", "http://a.b?q"), "/");
}

TEST(Target, OfTheOtherFormsIsForTheirMethods) {
  EXPECT_EQ(path_of("OPTIONS", "*"), "*");
  EXPECT_EQ(path_of("CONNECT", "a.b:80"), "a.b:80");
  EXPECT_EQ(path_of("CONNECT", "[::1]:80"), "[::1]:80");
  for (const char* method : {"GET", "HEAD", "CONNECT", "options"}) EXPECT_EQ(path_of(method, "*"), "refused") << method;
  for (const char* method : {"GET", "OPTIONS", "connect"}) EXPECT_EQ(path_of(method, "a.b:80"), "refused") << method;
  for (const char* target : {"/counter", "a.b", "a.b:", ":80", "http://a.b/", "a.b:80/", "u@a.b:80"}) {
    EXPECT_EQ(path_of("CONNECT", target), "refused") << target;
  }
}

TEST(Target, OfNoFormIsRefused) {
  for (const char* target : {"",
                             "counter",
                             "counter/",
                             "?a",
                             "a:b",
                             "http:/a/counter",
                             "http:counter",
                             "http//a/counter",
                             "://a/counter",
                             "ftp://a/counter",
                             "http://",
                             "http:///counter",
                             "http://?",
                             "http://:80/counter",
                             "http://user@a/counter",
                             "http://u:p@a/counter",
                             "http://a b/",
                             "http://a:x/counter",
                             "http://a:80:80/counter",
                             "http://a:65536/counter",
                             "http://[::1/counter",
                             "http://[]/counter",
                             "http://a/counter#top",
                             "/counter#",
                             "/caf\xC3\xA9",
                             "/\x7F"}) {
    EXPECT_EQ(path_of("GET", target), "refused") << target;
  }
}

TEST(Target, IsRefusedIfItsPathIsNotSoundlyEncoded) {
  for (const char* path : {"/%", "/%4", "/%zz", "/%4z", "/%+1", "/%-1", "/% 1", "/%%41", "/a%00", "/%0d%0a", "/%1F",
                           "/%7f", "/%41%", "http://a/%0"}) {
    EXPECT_EQ(path_of("GET", path), "refused") << path;
  }
  EXPECT_EQ(path_of("GET", "/counter?100%"), "/counter");
  EXPECT_EQ(path_of("GET", "/counter?%00%zz"), "/counter");
  EXPECT_EQ(path_of("GET", "/%20%80%ff"), "/%20%80%ff");
}

TEST(Authority, IsAHostAndPerhapsAPort) {
  for (const char* text : {"", "a.example", "a.example:8080", "a:", "127.0.0.1:80", "[::1]", "[::1]:8081", "x--y_z~!",
                           "a%20b", ":80", "a:0", "a:65535", "[::ffff:1.2.3.4]"}) {
    EXPECT_TRUE(is_authority(text)) << text;
  }
  for (const char* text :
       {"a b",     "a/b",    "a@b",   "a:b", "a:80:80",        "a#b",   "a?b",       "[]",   "[",    "]",       "[::1",
        "[::1].b", "[::1]x", "[:::]", "[1]", "[fe80::1%eth0]", "[a.b]", "a\xC3\xA9", "a%zz", "a%00", "a:65536", "a:+1",
        "a:-1",    "::1",    "a\\b"}) {
    EXPECT_FALSE(is_authority(text)) << text;
  }
}

}  // namespace
}  // namespace vc::http
