#include "app/serve/usage_file.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

#include "base/file.hpp"
#include "limits.hpp"
#include "support/temporary_directory.hpp"

namespace vc::app {
namespace {

using namespace std::chrono_literals;
using gateway::KeyUsage;
using gateway::Period;

const std::vector<KeyUsage> some = {
    {.key_name = "alice", .usage = {.period = Period::month, .since = 2026y / 11 / 1, .used = 48'212}},
    {.key_name = "bob@x", .usage = {.period = Period::week, .since = 2026y / 11 / 23, .used = 0}}};
constexpr std::string_view some_text = "alice month 2026-11-01 48212\nbob@x week 2026-11-23 0\n";

TEST(Usage, IsWrittenAsLinesAndReadBack) {
  EXPECT_EQ(usage_text(some), some_text);
  EXPECT_EQ(parse_usage(some_text), some);
  EXPECT_EQ(parse_usage(""), std::vector<KeyUsage>{});
}

TEST(Usage, IsNotReadFromAnythingElse) {
  for (const char* text : {"\n", "alice", "alice month 2026-11-01 1", "alice month 2026-11-01\n",
                           "alice month 2026-11-01 1 2\n", "alice year 2026-11-01 1\n", "alice month 2026-11-31 1\n",
                           "alice month 2026-1-1 1\n", "alice month 2026/11/01 1\n", "alice month 2026-11-0x 1\n",
                           "alice month 2026-11-01 -1\n", "alice month 2026-11-01 x\n", " month 2026-11-01 1\n",
                           "a/b month 2026-11-01 1\n", "alice month 20261101xx 1\n"}) {
    EXPECT_FALSE(parse_usage(text)) << text;
  }
  EXPECT_EQ(parse_usage("alice day 2026-11-01 1\nx\n").error().message, "line 2 is not as this program wrote it");
}

class UsageFileTest : public testing::Test {
 protected:
  static gateway::Moment now() { return {.steady = {}, .wall = WallTime(std::chrono::sys_days(2026y / 11 / 26))}; }

  static gateway::Rules rules() {
    return {.plans = {{.name = "p", .quota = gateway::Quota{.requests = 3, .period = Period::month}}},
            .keys = {{.name = "alice", .digest = sha256("a key")}},
            .key_required = {gateway::KeyRequired::yes}};
  }

  static bool visit(gateway::Limiter& limiter) {
    const http::Request request{
        .method = "GET", .path = "/counter", .query = "", .fields = http::Fields("X-Api-Key: a key\r\n"), .body = ""};
    return limiter.judge(0, request, now()).verdict == gateway::Verdict::pass;
  }

  std::string content() const { return read_file(path_).value_or("none"); }

  tests::TemporaryDirectory directory_;
  const std::string path_ = (directory_ / "visits.db.usage").string();
  const SystemClock clock_;
  const FileDescriptor null_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  telemetry::Log log_{clock_,
                      {.fd = null_.get(),
                       .format = telemetry::LogFormat::json,
                       .level = telemetry::LogLevel::info,
                       .buffer_bytes_max = limits::log_buffer_bytes_max}};
};

TEST_F(UsageFileTest, CarriesQuotasOverARestart) {
  for (const bool passes : {true, true, true, false}) {
    gateway::Limiter limiter(rules(), now());
    UsageFile file(path_, limiter, log_);
    ASSERT_TRUE(file.start());
    EXPECT_EQ(visit(limiter), passes);
  }
  EXPECT_EQ(content(), "alice month 2026-11-01 3\n");
}

TEST_F(UsageFileTest, IsWrittenWhileTheProcessRuns) {
  gateway::Limiter limiter(rules(), now());
  UsageFile file(path_, limiter, log_);
  ASSERT_TRUE(file.start());
  EXPECT_TRUE(visit(limiter));
  const auto give_up_at = std::chrono::steady_clock::now() + 60s;
  while (content() != "alice month 2026-11-01 1\n" && std::chrono::steady_clock::now() < give_up_at) {
    std::this_thread::yield();
  }
  EXPECT_EQ(content(), "alice month 2026-11-01 1\n");
}

TEST_F(UsageFileTest, IsNotThereWithoutQuotas) {
  gateway::Limiter limiter({}, now());
  UsageFile file(path_, limiter, log_);
  ASSERT_TRUE(file.start());
  file.stop();
  EXPECT_EQ(content(), "none");
}

TEST_F(UsageFileTest, BeginsWithRulesThatComeLater) {
  gateway::Limiter limiter({}, now());
  UsageFile file(path_, limiter, log_);
  ASSERT_TRUE(file.start());
  limiter.change(rules(), now());
  file.rules_changed();
  EXPECT_TRUE(visit(limiter));
  file.stop();
  EXPECT_EQ(content(), "alice month 2026-11-01 1\n");
}

TEST_F(UsageFileTest, ThatIsDamagedIsLeftAsItIs) {
  ASSERT_TRUE(replace_file(path_, "alice\n"));
  gateway::Limiter limiter(rules(), now());
  UsageFile file(path_, limiter, log_);
  const auto started = file.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message,
            path_ + ": line 1 is not as this program wrote it; delete it, and quotas begin anew");
  EXPECT_EQ(content(), "alice\n");
}

TEST_F(UsageFileTest, ThatCannotBeWrittenStopsNobody) {
  gateway::Limiter limiter(rules(), now());
  UsageFile file(directory_ / "absent" / "usage", limiter, log_);
  ASSERT_TRUE(file.start());
  EXPECT_TRUE(visit(limiter));
}

TEST_F(UsageFileTest, MayBeNone) {
  gateway::Limiter limiter(rules(), now());
  UsageFile file(std::nullopt, limiter, log_);
  ASSERT_TRUE(file.start());
  EXPECT_TRUE(visit(limiter));
}

}  // namespace
}  // namespace vc::app
