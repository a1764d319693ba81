#include "base/sha256.hpp"

#include <gtest/gtest.h>

namespace vc {
namespace {

// FIPS 180-4, the example of one block.
constexpr std::string_view abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, IsThatOfTheStandard) { EXPECT_EQ(hex(sha256("abc")), abc); }

TEST(Sha256, IsReadInEitherCase) {
  EXPECT_EQ(parse_sha256(abc), sha256("abc"));
  EXPECT_EQ(parse_sha256("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"), sha256("abc"));
}

TEST(Sha256, IsNotReadFromAnythingElse) {
  for (const std::string& digits : {std::string(), std::string(63, '0'), std::string(65, '0'), std::string(64, 'g'),
                                    std::string(63, '0') + ' ', std::string(63, '0') + '\xE4'}) {
    EXPECT_FALSE(parse_sha256(digits)) << digits;
  }
}

TEST(Sha256, IsTheSameSecretOnlyIfEveryByteIs) {
  const Sha256 digest = sha256("abc");
  EXPECT_TRUE(same_secret(digest, sha256("abc")));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    Sha256 other = digest;
    other[i] ^= 1U;
    EXPECT_FALSE(same_secret(digest, other)) << i;
  }
}

}  // namespace
}  // namespace vc
