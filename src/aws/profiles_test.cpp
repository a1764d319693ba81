#include "aws/profiles.hpp"

#include <gtest/gtest.h>

namespace vc::aws {
namespace {

constexpr std::string_view file = R"(# who we are
[default]
aws_access_key_id = one
AWS_SECRET_ACCESS_KEY=s/e=c+ret==

; another
[profile staging]
region = eu-central-1  # Frankfurt
s3 =
    max_concurrent_requests = 20
    region = nested
[sso-session x]
region = not this
[ "quoted" ]
[profile   "two words" ]
aws_access_key_id = two
)";

Profile found(std::string_view text, ProfileFile kind, std::string_view name) {
  const auto profile = find_profile(text, kind, name);
  EXPECT_TRUE(profile) << profile.error().message;
  EXPECT_TRUE(*profile) << name;
  return **profile;
}

TEST(Profiles, AreSectionsOfKeysAndValues) {
  EXPECT_EQ(found(file, ProfileFile::config, "default"),
            (Profile{{"aws_access_key_id", "one"}, {"aws_secret_access_key", "s/e=c+ret=="}}));
}

TEST(Profiles, OfTheConfigFileAreCalledProfile) {
  EXPECT_EQ(found(file, ProfileFile::config, "staging").at("region"), "eu-central-1");
  EXPECT_EQ(found(file, ProfileFile::config, "two words").at("aws_access_key_id"), "two");
  EXPECT_EQ(find_profile(file, ProfileFile::config, "sso-session x"), std::nullopt);
}

TEST(Profiles, OfTheCredentialsFileAreNamedByTheSection) {
  EXPECT_EQ(found("[staging]\nregion=x", ProfileFile::credentials, "staging").at("region"), "x");
  EXPECT_EQ(find_profile("[staging]\n", ProfileFile::credentials, "default"), std::nullopt);
}

TEST(Profiles, TakeTheLastOfSeveralValues) {
  EXPECT_EQ(found("[a]\nx=1\nx=2\n[b]\nx=9\n[a]\ny=3", ProfileFile::credentials, "a"),
            (Profile{{"x", "2"}, {"y", "3"}}));
}

TEST(Profiles, MayEndTheirLinesAsWindowsDoes) {
  EXPECT_EQ(found("[a]\r\nx = 1\r\n", ProfileFile::credentials, "a"), (Profile{{"x", "1"}}));
}

TEST(Profiles, SayWhichLineIsWrongWithoutQuotingIt) {
  for (const char* bad : {"secret", "[a]\nsecret", "[a\nx=secret", "x=secret\n[a]"}) {
    const auto profile = find_profile(bad, ProfileFile::credentials, "a");
    ASSERT_FALSE(profile) << bad;
    EXPECT_TRUE(profile.error().message.starts_with("line "));
    EXPECT_EQ(profile.error().message.find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace vc::aws
