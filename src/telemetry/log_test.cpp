#include "telemetry/log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <thread>

#include "support/pipe.hpp"

namespace vc::telemetry {
namespace {

using tests::Pipe;

const SystemClock clock_of_test;

Log::Options options(const Pipe& pipe, std::size_t bytes_max = 1 << 20) {
  return {
      .fd = pipe.write_end.get(), .format = LogFormat::text, .level = LogLevel::info, .buffer_bytes_max = bytes_max};
}

TEST(Log, WritesEveryLineBeforeItEnds) {
  Pipe pipe;
  {
    Log log(clock_of_test, options(pipe));
    for (int i = 0; i < 100; ++i) log.info("line");
  }
  pipe.write_end = FileDescriptor();
  const std::string all = pipe.rest();
  EXPECT_EQ(std::ranges::count(all, '\n'), 100);
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  Pipe pipe;
  {
    Log log(clock_of_test, options(pipe));
    log.debug("hidden");
    log.error("shown");
  }
  pipe.write_end = FileDescriptor();
  const std::string all = pipe.rest();
  EXPECT_EQ(all.find("hidden"), std::string::npos);
  EXPECT_NE(all.find("ERROR shown"), std::string::npos);
}

TEST(Log, GathersTheLinesOfATurn) {
  Pipe pipe;
  {
    Log log(clock_of_test, options(pipe));
    int gathered = 0;
    TurnLog turn(log, clock_of_test, [&] { ++gathered; });
    turn.line(LogLevel::info, "one", {});
    turn.line(LogLevel::info, "two", {});
    EXPECT_EQ(gathered, 2);
    turn.flush();
    turn.flush();
  }
  pipe.write_end = FileDescriptor();
  const std::string all = pipe.rest();
  EXPECT_EQ(std::ranges::count(all, '\n'), 2);
}

TEST(Log, DropsWhatASlowReaderDoesNotTakeAndCountsIt) {
  Pipe pipe;
  const std::string line(1'000, 'x');
  constexpr std::size_t offered = 1'000;
  std::string all;
  std::thread reader;
  {
    Log log(clock_of_test, options(pipe, std::size_t{16} * 1024));
    // The pipe holds 64 KiB and nobody reads yet: most of a megabyte finds no room, and nobody waits for it.
    for (std::size_t i = 0; i < offered; ++i) log.write(line + "\n", 1);
    reader = std::thread([&] { all = pipe.rest(); });
  }
  pipe.write_end = FileDescriptor();
  reader.join();

  const auto written = static_cast<std::size_t>(std::ranges::count(all, 'x')) / line.size();
  std::size_t dropped = 0;
  for (auto at = all.find("lines="); at != std::string::npos; at = all.find("lines=", at + 1)) {
    dropped += std::stoul(all.substr(at + 6));
  }
  EXPECT_LT(written, offered);
  EXPECT_EQ(written + dropped, offered);
}

TEST(Log, OutlivesAReaderThatIsGone) {
  Pipe pipe;
  (void)std::signal(SIGPIPE, SIG_IGN);
  pipe.read_end = FileDescriptor();
  Log log(clock_of_test, options(pipe));
  for (int i = 0; i < 1'000; ++i) log.info("nobody reads this");
}

}  // namespace
}  // namespace vc::telemetry
