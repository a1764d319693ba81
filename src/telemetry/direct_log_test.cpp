#include "telemetry/direct_log.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "support/pipe.hpp"

namespace vc::telemetry {
namespace {

const SystemClock clock_of_test;

TEST(DirectLog, HasWrittenALineWhenTheCallReturns) {
  const tests::Pipe pipe;
  DirectLog log(clock_of_test, pipe.write_end.get(), LogLevel::info);
  log.warn("one", {{"cold_start", true}});
  char piece[256];
  const auto size = ::read(pipe.read_end.get(), piece, sizeof piece);
  ASSERT_GT(size, 0);
  const std::string_view line(piece, static_cast<std::size_t>(size));
  EXPECT_TRUE(line.ends_with(R"("level":"WARN","message":"one","cold_start":true})"
                             "\n"))
      << line;
}

TEST(DirectLog, LeavesOutWhatIsBelowItsLevelButNoOtherLines) {
  tests::Pipe pipe;
  DirectLog log(clock_of_test, pipe.write_end.get(), LogLevel::error);
  log.info("info");
  log.warn("warn");
  log.error("error");
  log.write("{}\n");
  pipe.write_end = {};
  const std::string all = pipe.rest();
  EXPECT_EQ(std::ranges::count(all, '\n'), 2);
  EXPECT_TRUE(all.contains("error"));
  EXPECT_TRUE(all.ends_with("{}\n"));
}

TEST(DirectLog, LosesLinesThatNobodyReads) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  tests::Pipe pipe;
  pipe.read_end = {};
  DirectLog log(clock_of_test, pipe.write_end.get(), LogLevel::info);
  log.info("into the void");
}

}  // namespace
}  // namespace vc::telemetry
