#include "http/loop.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <string>
#include <vector>

#include "limits.hpp"

namespace vc::http {
namespace {

/// Gathers one thing after the other, each when the one before has been handled.
class LoopTest : public testing::Test {
 protected:
  LoopTest() {
    loop_.at_end_of_turn([this] { turns_.push_back(steps_); });
  }

  void step(std::size_t steps_max) {
    loop_.gathered();
    if (++steps_ < steps_max) loop_.post([this, steps_max] { step(steps_max); });
  }

  void run() {
    loop_.finish();
    loop_.run();
  }

  Loop loop_;
  std::size_t steps_ = 0;
  std::vector<std::size_t> turns_;  // the steps that had been made when they ended
};

TEST_F(LoopTest, EndsATurnWhenNothingMoreGathers) {
  loop_.post([this] { step(10); });
  run();
  EXPECT_EQ(turns_, std::vector<std::size_t>{10});
}

TEST_F(LoopTest, EndsATurnThatIsFull) {
  loop_.post([this] { step(limits::gathered_max + 10); });
  run();
  EXPECT_EQ(turns_, (std::vector<std::size_t>{limits::gathered_max, limits::gathered_max + 10}));
}

TEST_F(LoopTest, LetsEveryoneWhoLinesUpGoOnInTurn) {
  std::string order;
  const auto line_up = [](Loop& loop, std::string& written, char name) -> Awaitable<void> {
    co_await loop.behind_the_others();
    written += name;
    co_await loop.behind_the_others();
    written += name;
  };
  loop_.post([&] {
    for (const char name : {'a', 'b'}) asio::co_spawn(loop_.executor(), line_up(loop_, order, name), asio::detached);
  });
  run();
  EXPECT_EQ(order, "abab");
}

TEST_F(LoopTest, HasNoTurnsWhereNothingGathers) {
  loop_.post([] {});
  run();
  EXPECT_TRUE(turns_.empty());
}

}  // namespace
}  // namespace vc::http
