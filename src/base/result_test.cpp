#include "base/result.hpp"

#include <gtest/gtest.h>

namespace vc {
namespace {

TEST(Result, AnErrorIsOneLineWhateverAFileOrAPersonPutIntoIt) {
  EXPECT_EQ(fail("'{}' is no stage", "a\nb\r\x1B[2J\x7F\xC3\xA4").error().message, "'a?b??[2J?\xC3\xA4' is no stage");
}

}  // namespace
}  // namespace vc
