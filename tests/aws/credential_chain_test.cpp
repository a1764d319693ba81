// Where our key comes from, with files and endpoints of the test's own.

#include "aws/credential_chain.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/fake_server.hpp"
#include "support/temporary_directory.hpp"

namespace vc::aws {
namespace {

using namespace std::chrono_literals;
using tests::answer;
using tests::FakeServer;

constexpr WallTime noon = std::chrono::sys_days{2026y / 11 / 22} + 12h;

class CredentialChainTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(home_ / ".aws");
    environment_ = {{"HOME", home_.path()}, {"AWS_EC2_METADATA_DISABLED", "true"}};
  }

  void write(std::string_view name, std::string_view content) const { std::ofstream(home_ / ".aws" / name) << content; }

  std::string id() const {
    const auto found = CredentialChain(environment_).current(noon);
    return found ? found->access_key_id : "error: " + found.error().message;
  }
  std::string region() const {
    const auto found = CredentialChain(environment_).region();
    return found ? *found : "error: " + found.error().message;
  }

  tests::TemporaryDirectory home_;
  Environment environment_;
};

std::string key(std::string_view id, std::string_view expiration) {
  return fmt::format(R"({{"AccessKeyId": "{}", "SecretAccessKey": "s", "Token": "t", "Expiration": "{}"}})", id,
                     expiration);
}

TEST_F(CredentialChainTest, SaysWhatToDoWithoutAKey) {
  EXPECT_NE(id().find("AWS_ACCESS_KEY_ID"), std::string::npos);
  EXPECT_NE(region().find("AWS_REGION"), std::string::npos);
}

TEST_F(CredentialChainTest, PrefersTheEnvironment) {
  write("credentials", "[default]\naws_access_key_id=file\naws_secret_access_key=s\n");
  EXPECT_EQ(id(), "file");
  environment_["AWS_ACCESS_KEY_ID"] = "environment";
  environment_["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_EQ(id(), "environment");
}

TEST_F(CredentialChainTest, RefusesHalfAKey) {
  environment_["AWS_SECRET_ACCESS_KEY"] = "hush";
  EXPECT_TRUE(id().starts_with("error: the environment"));
  EXPECT_EQ(id().find("hush"), std::string::npos);
}

TEST_F(CredentialChainTest, PrefersTheCredentialsFileToTheConfigFile) {
  write("config", "[default]\naws_access_key_id=config\naws_secret_access_key=s\nregion=eu-central-1\n");
  EXPECT_EQ(id(), "config");
  write("credentials", "[default]\naws_access_key_id=credentials\naws_secret_access_key=s\n");
  EXPECT_EQ(id(), "credentials");
  EXPECT_EQ(region(), "eu-central-1");
}

TEST_F(CredentialChainTest, TakesTheProfileThatIsNamed) {
  write("credentials", "[default]\naws_access_key_id=one\naws_secret_access_key=s\n");
  write("config", "[profile two]\naws_access_key_id=two\naws_secret_access_key=s\nregion=eu-west-1\n");
  environment_["AWS_PROFILE"] = "two";
  EXPECT_EQ(id(), "two");
  EXPECT_EQ(region(), "eu-west-1");
  environment_["AWS_PROFILE"] = "three";
  EXPECT_NE(id().find("AWS_PROFILE names three"), std::string::npos);
}

TEST_F(CredentialChainTest, ReadsTheFilesThatAreNamed) {
  write("mine", "[default]\naws_access_key_id=mine\naws_secret_access_key=s\n");
  environment_["AWS_SHARED_CREDENTIALS_FILE"] = home_ / ".aws" / "mine";
  EXPECT_EQ(id(), "mine");
}

TEST_F(CredentialChainTest, PrefersTheRegionOfTheEnvironment) {
  environment_["AWS_DEFAULT_REGION"] = "second";
  EXPECT_EQ(region(), "second");
  environment_["AWS_REGION"] = "first";
  EXPECT_EQ(region(), "first");
}

TEST_F(CredentialChainTest, AsksTheContainersEndpoint) {
  const FakeServer server([](const std::string& request) {
    const bool ours =
        request.starts_with("GET /role HTTP/1.1\r\n") && request.find("Authorization: pass\r\n") != std::string::npos;
    return ours ? answer(200, key("container", "2026-11-22T18:00:00Z")) : answer(403, "");
  });
  environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url() + "/role";
  environment_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "pass";
  EXPECT_EQ(id(), "container");
  write("token", "pass\n");
  environment_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "wrong";
  environment_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = home_ / ".aws" / "token";
  EXPECT_EQ(id(), "container");
  write("token", "pass\r\nX: y");
  EXPECT_TRUE(id().starts_with("error"));
}

TEST_F(CredentialChainTest, TakesNoKeyFromAfar) {
  environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://192.0.2.1/role";
  EXPECT_NE(id().find("neither https nor a local address"), std::string::npos);
}

TEST_F(CredentialChainTest, AsksTheInstance) {
  const FakeServer server([](const std::string& request) {
    if (request.starts_with("PUT /latest/api/token ")) return answer(200, "pass");
    if (request.find("X-aws-ec2-metadata-token: pass\r\n") == std::string::npos) return answer(401, "");
    if (request.starts_with("GET /latest/meta-data/placement/region ")) return answer(200, "ap-south-1");
    if (request.starts_with("GET /latest/meta-data/iam/security-credentials/ ")) return answer(200, "role\n");
    if (request.starts_with("GET /latest/meta-data/iam/security-credentials/role ")) {
      return answer(200, key("instance", "2026-11-22T18:00:00Z"));
    }
    return answer(404, "");
  });
  environment_.erase("AWS_EC2_METADATA_DISABLED");
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url();
  EXPECT_EQ(id(), "instance");
  EXPECT_EQ(region(), "ap-south-1");
}

TEST_F(CredentialChainTest, AsksAgainBeforeAKeyExpiresAndUsesItToItsEnd) {
  int asked = 0;
  const FakeServer server([&](const std::string&) {
    ++asked;
    if (asked == 1) return answer(200, key("first", "2026-11-22T18:00:00Z"));
    if (asked <= 1 + 3) return answer(500, "");
    return answer(200, key("second", "2026-11-23T18:00:00Z"));
  });
  environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url();
  CredentialChain chain(environment_);
  EXPECT_EQ(chain.current(noon)->access_key_id, "first");
  EXPECT_EQ(chain.current(noon + 5h)->access_key_id, "first");
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(chain.current(noon + 5h + 50min)->access_key_id, "first") << "the endpoint has failed";
  EXPECT_EQ(asked, 4);
  EXPECT_EQ(chain.current(noon + 5h + 50min + 1s)->access_key_id, "first") << "it is left alone for a while";
  EXPECT_EQ(asked, 4);
  EXPECT_EQ(chain.current(noon + 6h)->access_key_id, "second");
}

TEST_F(CredentialChainTest, LooksAgainForAKeyThatWasRefused) {
  write("credentials", "[default]\naws_access_key_id=old\naws_secret_access_key=s\n");
  CredentialChain chain(environment_);
  EXPECT_EQ(chain.current(noon)->access_key_id, "old");
  write("credentials", "[default]\naws_access_key_id=new\naws_secret_access_key=s\n");
  EXPECT_EQ(chain.current(noon)->access_key_id, "old");
  chain.refused();
  EXPECT_EQ(chain.current(noon)->access_key_id, "new");
}

TEST_F(CredentialChainTest, HandsOutNoExpiredKey) {
  environment_["AWS_ACCESS_KEY_ID"] = "environment";
  environment_["AWS_SECRET_ACCESS_KEY"] = "s";
  environment_["AWS_CREDENTIAL_EXPIRATION"] = "2026-11-22T11:00:00Z";
  EXPECT_TRUE(id().starts_with("error"));
}

}  // namespace
}  // namespace vc::aws
