#include "aws/credentials.hpp"

#include <gtest/gtest.h>

namespace vc::aws {
namespace {

using namespace std::chrono_literals;

TEST(Credentials, NeedBothHalvesOfAKey) {
  EXPECT_TRUE(make_credentials("id", "secret", "", "here"));
  EXPECT_FALSE(make_credentials("id", "", "", "here"));
  EXPECT_FALSE(make_credentials("", "secret", "", "here"));
}

TEST(Credentials, RefuseWhatCouldEndAHeader) {
  for (const char* bad : {"a\nb", "a\rb", "a b", "a\x7f"}) {
    EXPECT_FALSE(make_credentials(bad, "secret", "", "here"));
    EXPECT_FALSE(make_credentials("id", bad, "", "here"));
    EXPECT_FALSE(make_credentials("id", "secret", bad, "here"));
  }
}

TEST(Credentials, AreReadFromAnEndpointsAnswer) {
  const auto parsed = parse_credentials(
      R"({"Code": "Success", "AccessKeyId": "id", "SecretAccessKey": "s/e+c=", "Token": "t",
          "Expiration": "2026-11-22T18:40:00Z"})",
      "here");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->access_key_id, "id");
  EXPECT_EQ(parsed->secret_access_key.reveal(), "s/e+c=");
  EXPECT_EQ(parsed->session_token.reveal(), "t");
  EXPECT_EQ(parsed->expires, WallTime(std::chrono::sys_days{2026y / 11 / 22} + 18h + 40min));
}

TEST(Credentials, OfAnAnswerThatHasNoneSaySoWithoutQuotingIt) {
  for (const char* bad : {"", "[]", "null", "<html>", R"({"AccessKeyId": "id", "SecretAccessKey": 7})",
                          R"({"AccessKeyId": "id", "SecretAccessKey": "hush", "Expiration": "tomorrow"})"}) {
    const auto parsed = parse_credentials(bad, "here");
    ASSERT_FALSE(parsed) << bad;
    EXPECT_TRUE(parsed.error().message.starts_with("here: "));
    EXPECT_EQ(parsed.error().message.find("hush"), std::string::npos);
  }
}

TEST(Credentials, ExpireAtTheirTime) {
  const auto expires = parse_expiration("2026-11-22T18:40:00.123Z");
  ASSERT_TRUE(expires);
  const Credentials credentials{"id", Secret("s"), Secret(), expires};
  EXPECT_FALSE(credentials.expired(*expires - 1ms));
  EXPECT_TRUE(credentials.expired(*expires));
  EXPECT_EQ(parse_expiration("2026-11-22T18:40:00+00:00"), expires);
}

TEST(Credentials, KnowNoOtherFormsOfTime) {
  for (const char* bad : {"", "2026-11-22", "2026-11-22T18:40:00", "2026-11-22T18:40:00+01:00", "2026-13-22T18:40:00Z",
                          "2026-11-22T24:40:00Z", "2026-11-22 18:40:00Z", "2026-11-22T18:40:00.Zz"}) {
    EXPECT_FALSE(parse_expiration(bad)) << bad;
  }
}

}  // namespace
}  // namespace vc::aws
