#include "release/channel.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>

#include "support/temporary_directory.hpp"

namespace vc::release {
namespace {

using namespace std::chrono_literals;

constexpr auto guard = 60s;

TEST(Channel, MessagesComeWholeAndInOrderWithTheirDescriptors) {
  const auto ends = Channel::pair();
  ASSERT_TRUE(ends);
  const auto& [one, other] = *ends;
  const FileDescriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(one.send(message(Says::join, "green 1", 7), std::array{file.get()}));
  ASSERT_TRUE(one.send(message(Says::ready)));

  auto first = other.receive_within(guard);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->message, message(Says::join, "green 1", 7));
  ASSERT_EQ(first->descriptors.size(), 1U);
  EXPECT_EQ(::fcntl(first->descriptors[0].get(), F_GETFD), FD_CLOEXEC);
  const auto second = other.receive_within(guard);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->message, message(Says::ready));
  const auto third = other.receive();
  ASSERT_TRUE(third);
  EXPECT_FALSE(*third);
}

TEST(Channel, WhatWasSentBeforeTheEndStillComes) {
  auto ends = Channel::pair();
  ASSERT_TRUE(ends->first.send(message(Says::opened)));
  const Channel other = std::move(ends->second);
  {
    const Channel ended = std::move(ends->first);
  }
  EXPECT_TRUE(other.receive_within(guard));
  EXPECT_EQ(other.receive_within(guard).error().message, "the other process is gone");
  EXPECT_FALSE(other.send(message(Says::take)));
}

TEST(Channel, WhoeverSaysNothingIsNotWaitedForForEver) {
  const auto ends = Channel::pair();
  EXPECT_EQ(ends->first.receive_within(1ms).error().message, "the other process does not answer");
}

TEST(Channel, AQueueIsBounded) {
  const auto ends = Channel::pair();
  Result<void> sent;
  while (sent) sent = ends->first.send(message(Says::connection, std::string(limits::release_text_bytes_max, 'x')));
  EXPECT_EQ(sent.error().message, "the other process does not listen");
}

TEST(Control, ItsDirectoryIsTheUsersAlone) {
  const tests::TemporaryDirectory directory;
  const auto control = control_directory(directory.path() / "visits.db");
  ASSERT_TRUE(listen_for_control(control));
  struct stat status{};
  ASSERT_EQ(::stat(control.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST(Control, ACommandReachesTheOwnerHoweverLongTheWayIs) {
  const tests::TemporaryDirectory directory;
  const auto deep = directory.path() / std::string(150, 'x');
  std::filesystem::create_directory(deep);
  const auto control = control_directory(deep / "visits.db");
  EXPECT_FALSE(*connect_control(control)) << "nobody is there";
  auto listener = listen_for_control(control);
  ASSERT_TRUE(listener);
  EXPECT_FALSE(*accept_control(listener->get())) << "nobody has come";

  const auto command = connect_control(control);
  ASSERT_TRUE(command && *command);
  const auto owner = accept_control(listener->get());
  ASSERT_TRUE(owner && *owner);
  ASSERT_TRUE((*command)->send(message(Says::status)));
  EXPECT_TRUE((*owner)->receive_within(guard));
}

TEST(Control, WhatAnOwnerThatWasKilledHasLeftIsReplaced) {
  const tests::TemporaryDirectory directory;
  const auto control = control_directory(directory.path() / "visits.db");
  {
    ASSERT_TRUE(listen_for_control(control));
  }
  const auto nobody = connect_control(control);
  ASSERT_TRUE(nobody);
  EXPECT_FALSE(*nobody);
  const auto listener = listen_for_control(control);
  ASSERT_TRUE(listener);
  EXPECT_TRUE(*connect_control(control));
}

TEST(Process, AProcessIsKnownByItsDescriptor) {
  const auto process = own_process();
  ASSERT_TRUE(process);
  EXPECT_EQ(pid_of(process->get()), ::getpid());
}

}  // namespace
}  // namespace vc::release
