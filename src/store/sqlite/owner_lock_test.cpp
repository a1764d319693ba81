#include "store/sqlite/owner_lock.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "support/temporary_directory.hpp"

namespace vc::store::sqlite {
namespace {

using namespace std::chrono_literals;

class OwnerLockTest : public testing::Test {
 protected:
  bool is_free() const { return !OwnerLock::owner(file_); }

  const tests::TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_.path() / "visits.db";
};

TEST_F(OwnerLockTest, ALockIsGivenAndInheritedWithoutBeingFreeInBetween) {
  auto lock = OwnerLock::take(file_);
  ASSERT_TRUE(lock && lock->announce_ops("127.0.0.1:8081"));
  FileDescriptor given = std::move(*lock).give();
  EXPECT_FALSE(is_free());
  EXPECT_FALSE(OwnerLock::take(file_, 0ms));
  {
    const auto inherited = OwnerLock::inherit(file_, std::move(given));
    ASSERT_TRUE(inherited);
    const auto owner = OwnerLock::owner(file_);
    ASSERT_TRUE(owner);
    EXPECT_EQ(owner->pid, ::getpid());
    EXPECT_EQ(owner->ops, "127.0.0.1:8081") << "which is handed over too";
  }
  EXPECT_TRUE(is_free());
}

TEST_F(OwnerLockTest, AGivenLockIsFreeOnceItIsClosed) {
  auto lock = OwnerLock::take(file_);
  ASSERT_TRUE(lock);
  {
    const FileDescriptor given = std::move(*lock).give();
  }
  EXPECT_TRUE(is_free());
}

TEST_F(OwnerLockTest, ALockOfAnotherFileIsNotInherited) {
  auto other = OwnerLock::take(directory_.path() / "other.db");
  ASSERT_TRUE(OwnerLock::take(file_) && other);
  EXPECT_FALSE(OwnerLock::inherit(file_, std::move(*other).give()));
}

TEST_F(OwnerLockTest, ALockThatSomebodyElseHasIsNotInherited) {
  const auto lock = OwnerLock::take(file_);
  ASSERT_TRUE(lock);
  FileDescriptor unlocked(::open((file_.string() + ".lock").c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_FALSE(OwnerLock::inherit(file_, std::move(unlocked)));
}

}  // namespace
}  // namespace vc::store::sqlite
