#include "counter/counter.hpp"

#include <gtest/gtest.h>

#include "limits.hpp"

namespace vc::counter {
namespace {

TEST(CounterId, TakesTheNamesOfThisProduct) {
  for (const char* text : {"main_counter", "main_counter.preview.blue", "a", "A-9"}) {
    ASSERT_TRUE(CounterId::parse(text)) << text;
    EXPECT_EQ(CounterId::parse(text)->text(), text);
  }
}

TEST(CounterId, RefusesEverythingElse) {
  for (const char* text : {"", "a b", "a/b", "é", "a\n", "%41"}) EXPECT_FALSE(CounterId::parse(text)) << text;
}

TEST(CounterId, IsBounded) {
  EXPECT_TRUE(CounterId::parse(std::string(limits::counter_id_chars_max, 'a')));
  EXPECT_FALSE(CounterId::parse(std::string(limits::counter_id_chars_max + 1, 'a')));
}

}  // namespace
}  // namespace vc::counter
