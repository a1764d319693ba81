#include "support/history.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace vc::history {
namespace {

using Lines = std::vector<std::string>;

Lines violations_of(const std::string& lines, Stored stored) {
  std::istringstream text(lines);
  const auto history = parse(text);
  EXPECT_TRUE(history) << history.error().message;
  return violations(*history, stored);
}

TEST(History, AcceptsWhatIsRight) {
  EXPECT_EQ(violations_of("", {0, 0}), Lines{});
  EXPECT_EQ(violations_of("0 1 counted 1\n2 3 counted 2\n", {0, 2}), Lines{});
  EXPECT_EQ(violations_of("0 1 not-counted\n0 1 counted 42\n", {41, 42}), Lines{});
  EXPECT_EQ(violations_of("0 1 unknown\n", {7, 7}), Lines{});
  EXPECT_EQ(violations_of("0 1 unknown\n", {7, 8}), Lines{});
}

TEST(History, LeavesTheOrderOfVisitsOpenThatWereUnderWayTogether) {
  EXPECT_EQ(violations_of("0 5 counted 2\n1 6 counted 1\n", {0, 2}), Lines{});
  EXPECT_EQ(violations_of("0 5 counted 2\n5 6 counted 1\n", {0, 2}), Lines{});
}

TEST(History, RefusesANumberGivenTwice) {
  EXPECT_EQ(violations_of("0 5 counted 1\n0 5 counted 1\n0 5 unknown\n", {0, 2}), (Lines{"number 1 was given twice"}));
}

TEST(History, RefusesANumberOutsideOfWhatIsStored) {
  EXPECT_EQ(violations_of("0 5 counted 4\n", {4, 5}), (Lines{"number 4 is not in (4, 5]"}));
  EXPECT_EQ(violations_of("0 5 counted 6\n", {4, 5}), (Lines{"number 6 is not in (4, 5]"}));
  EXPECT_EQ(violations_of("0 5 counted 0\n", {0, 1}), (Lines{"number 0 is not in (0, 1]"}));
}

TEST(History, RefusesALostAcknowledgement) {
  EXPECT_EQ(violations_of("0 1 counted 1\n2 3 counted 2\n", {0, 1}),
            (Lines{"number 2 is not in (0, 1]", "1 visits are lost: 1 stored, 2 acknowledged"}));
  EXPECT_EQ(violations_of("0 1 unknown\n", {3, 2}), (Lines{"the stored count went down from 3 to 2"}));
}

TEST(History, RefusesMoreStoredThanAcknowledgedAndUnknownTogether) {
  EXPECT_EQ(violations_of("0 1 counted 1\n2 3 unknown\n", {0, 3}),
            (Lines{"1 visits too many: 3 stored, 1 acknowledged, 1 unknown"}));
}

TEST(History, RefusesThatANotCountedVisitWasCounted) {
  EXPECT_EQ(violations_of("0 1 not-counted\n2 3 counted 2\n", {0, 2}).size(), 1U);
}

TEST(History, RefusesNumbersAgainstTheOrderOfTime) {
  EXPECT_EQ(violations_of("0 1 counted 2\n2 3 counted 1\n", {0, 2}),
            (Lines{"number 2 was answered before the visit that got 1 was sent (at 2)"}));
}

TEST(History, FindsADisorderBetweenVisitsFarApart) {
  const std::string lines =
      "0 1 counted 4\n0 9 counted 1\n2 9 counted 2\n2 9 counted 5\n2 9 counted 6\n0 9 counted 3\n";
  EXPECT_EQ(violations_of(lines, {0, 6}), (Lines{"number 4 was answered before the visit that got 2 was sent (at 2)"}));
}

TEST(History, AsksForAnUnknownVisitSentInTimeForEveryMissingNumber) {
  const std::string around = "0 1 counted 1\n2 3 counted 3\n";
  EXPECT_EQ(violations_of(around + "2 3 unknown\n", {0, 3}), Lines{});
  EXPECT_EQ(violations_of(around + "5 6 unknown\n", {0, 3}),
            (Lines{"nobody received number 2, and no unknown visit was sent by 3"}));
}

TEST(History, LetsAnUnansweredVisitCountLaterThanItsClientWaited) {
  EXPECT_EQ(violations_of("0 1 unknown\n5 6 counted 1\n", {0, 2}), Lines{});
  EXPECT_EQ(violations_of("0 1 unknown\n5 6 counted 1\n7 8 counted 3\n", {0, 3}), Lines{});
}

TEST(History, GivesEachUnknownVisitOneNumber) {
  // Both 1 and 2 must have been counted by 3, and only one unknown visit was sent by then.
  EXPECT_EQ(violations_of("0 1 unknown\n2 3 counted 3\n4 5 unknown\n", {0, 3}).size(), 1U);
  EXPECT_EQ(violations_of("0 1 unknown\n2 3 counted 2\n4 5 unknown\n", {0, 3}), Lines{});
}

TEST(History, BoundsAMissingNumberByTheEarliestAnswerOfALargerOne) {
  // 4 was answered at 3, so that 1 was counted by then, although 2 and 3 were answered late.
  const std::string lines = "0 9 counted 2\n0 9 counted 3\n0 3 counted 4\n";
  EXPECT_EQ(violations_of(lines + "4 5 unknown\n", {0, 4}).size(), 1U);
  EXPECT_EQ(violations_of(lines + "3 5 unknown\n", {0, 4}), Lines{});
}

TEST(History, TellsAFewOfManyViolations) {
  std::string lines;
  for (int i = 0; i < 9; ++i) lines += "0 5 counted 1\n";
  const Lines told = violations_of(lines, {0, 9});
  EXPECT_EQ(told.size(), 6U);
  EXPECT_EQ(told.back(), "... and 3 more of this kind");
}

TEST(History, DoesNotReadWhatIsNoHistory) {
  for (const char* line :
       {"x", "1 2", "1 2 counted", "1 2 counted x", "1 2 perhaps", "1 2 unknown 3", "2 1 unknown", ""}) {
    std::istringstream text(std::string("0 1 unknown\n") + line + "\n");
    const auto history = parse(text);
    ASSERT_FALSE(history) << line;
    EXPECT_TRUE(history.error().message.starts_with("line 2 ")) << history.error().message;
  }
}

}  // namespace
}  // namespace vc::history
