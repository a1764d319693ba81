#include "app/serve/watchdog.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <future>
#include <string>
#include <thread>

#include "base/check.hpp"
#include "store/memory/store.hpp"

namespace vc::app {
namespace {

using namespace std::chrono_literals;

/// The socket of a service manager, with an abstract name of its own.
class Listener {
 public:
  Listener() {
    sockaddr_un any{.sun_family = AF_UNIX, .sun_path = {}};
    check(socket_ && ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any.sun_family) == 0,
          "a socket gets a name");
    sockaddr_un given{};
    socklen_t size = sizeof given;
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&given), &size), 0);
    name_ = "@" + std::string(given.sun_path + 1, size - offsetof(sockaddr_un, sun_path) - 1);
  }

  const std::string& name() const { return name_; }

  /// The next word; empty if none comes so soon.
  std::string hear(std::chrono::milliseconds patience) {
    const timeval time{.tv_sec = patience / 1s, .tv_usec = (patience % 1s) / 1us};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    std::array<char, 256> word{};
    const ssize_t size = ::recv(socket_.get(), word.data(), word.size(), 0);
    return size < 0 ? "" : std::string(word.data(), static_cast<std::size_t>(size));
  }

 private:
  FileDescriptor socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  std::string name_;
};

/// Two loops and a store, under a service manager that wants to hear of them.
class WatchdogTest : public testing::Test {
 protected:
  WatchdogTest() {
    desk_.emplace(driver_, [this] { first_.post([this] { desk_->deliver(); }); }, [this] { first_.gathered(); });
    first_.at_end_of_turn([this] { desk_->flush(); });
    watchdog_.emplace(manager_, first_, *desk_, std::vector<http::Loop*>{&second_});
    watchdog_->start();
    threads_[0] = std::thread([this] { first_.run(); });
    threads_[1] = std::thread([this] { second_.run(); });
  }

  void TearDown() override {
    first_.post([this] { watchdog_->stop(); });
    first_.finish();
    second_.finish();
    for (std::thread& thread : threads_) thread.join();
    driver_.stop();
  }

  void expect_signs_of_life() {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(listener_.hear(60s), "WATCHDOG=1");
  }

  /// What is on its way is heard first: some ten words, as many as a socket holds.
  void expect_silence() {
    int heard = 0;
    while (heard < 100 && !listener_.hear(200ms).empty()) ++heard;
    EXPECT_LT(heard, 100);
  }

  Listener listener_;
  ServiceManager manager_ = *ServiceManager::in({{"NOTIFY_SOCKET", listener_.name()}, {"WATCHDOG_USEC", "15000"}});
  store::MemoryStore store_;
  const SystemClock clock_;
  counter::StoreDriver driver_{store_, clock_, {.queued_visits_max = 10, .queued_reads_max = 10}, {}};
  http::Loop first_;
  http::Loop second_;
  std::optional<counter::Desk> desk_;
  std::optional<Watchdog> watchdog_;
  std::array<std::thread, 2> threads_;
};

TEST_F(WatchdogTest, SaysThatItIsAliveAgainAndAgain) { expect_signs_of_life(); }

TEST_F(WatchdogTest, IsSilentWhileAnIoLoopStandsStill) {
  std::promise<void> begun;
  std::promise<void> over;
  second_.post([&] {
    begun.set_value();
    over.get_future().wait();
  });
  begun.get_future().wait();
  expect_silence();
  over.set_value();
  expect_signs_of_life();
}

TEST_F(WatchdogTest, IsSilentWhileTheStoresThreadStandsStill) {
  std::promise<void> begun;
  std::promise<void> over;
  counter::Errand errand([&](WallTime) {
    begun.set_value();
    over.get_future().wait();
  });
  first_.post([&] { desk_->send(errand, {[](void*) {}, nullptr}); });
  begun.get_future().wait();
  expect_silence();
  over.set_value();
  expect_signs_of_life();
}

TEST(ServiceManagerTest, HasAWatchdogOnlyForItsOwnProcess) {
  const auto patience = [](const Environment& environment) { return ServiceManager::in(environment)->watchdog(); };
  const std::string self = std::to_string(::getpid());
  EXPECT_EQ(patience({{"WATCHDOG_USEC", "30000000"}}), 30s);
  EXPECT_EQ(patience({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", self}}), 30s);
  EXPECT_EQ(patience({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "1"}}), std::nullopt);
  EXPECT_EQ(patience({{"WATCHDOG_USEC", "0"}}), std::nullopt);
  EXPECT_EQ(patience({}), std::nullopt);
}

}  // namespace
}  // namespace vc::app
