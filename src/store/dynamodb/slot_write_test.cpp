// The table of the contract: what an item shows after a failed condition, and what follows.

#include "store/dynamodb/slot_write.hpp"

#include <gtest/gtest.h>

#include "limits.hpp"

namespace vc::store::dynamodb {
namespace {

using namespace std::chrono_literals;
using counter::Counter;
using counter::CounterId;
using counter::Outcome;
using counter::Record;

class SlotWriteTest : public testing::Test {
 protected:
  static constexpr WallTime noon = std::chrono::sys_days{2026y / 11 / 22} + 12h;

  static Item item(std::optional<Sequence> sequence, counter::Count count, counter::Count ended_at = 0) {
    return {Record{.visit_count = count}, sequence, ended_at};
  }
  static Sequence before(Sequence sequence) { return {sequence.milliseconds - 1, 0}; }
  static Sequence after(Sequence sequence) { return {sequence.milliseconds + 5, 0}; }

  static SlotWrite::Send expect_send(const SlotWrite::Step& step) {
    const auto* send = std::get_if<SlotWrite::Send>(&step);
    EXPECT_NE(send, nullptr);
    return send != nullptr ? *send : SlotWrite::Send{};
  }
  static SlotWrite::Failed expect_failed(const SlotWrite::Step& step) {
    const auto* failed = std::get_if<SlotWrite::Failed>(&step);
    EXPECT_NE(failed, nullptr);
    return failed != nullptr ? *failed : SlotWrite::Failed{};
  }

  const Counter counter_{*CounterId::parse("main_counter")};
  Sequences sequences_{Random(1)};
  SlotWrite write_{{Change::Kind::add, &counter_, 3, noon}, sequences_};
  const Sequence q_ = write_.send().sequence;
};

TEST_F(SlotWriteTest, BeginsWithAnIncrement) { EXPECT_EQ(write_.send().form, Form::live); }

TEST_F(SlotWriteTest, IsDoneWhereAnEarlierCopyWasApplied) {
  write_.lost();
  const auto step = write_.condition_failed(item(q_, 50, 42));
  ASSERT_TRUE(std::holds_alternative<SlotWrite::Done>(step));
  EXPECT_EQ(std::get<SlotWrite::Done>(step).ended_at, 42U) << "and not at what others have added since";
}

TEST_F(SlotWriteTest, TakesALargerSequenceWhereItsVeryFirstSendCameTooLate) {
  const auto send = expect_send(write_.condition_failed(item(after(q_), 50)));
  EXPECT_GT(send.sequence, after(q_));
  EXPECT_EQ(send.form, Form::live);
  const auto again = expect_send(write_.condition_failed(item(after(send.sequence), 50)));
  EXPECT_GT(again.sequence, after(send.sequence)) << "the first send of the new one";
}

TEST_F(SlotWriteTest, TakesALargerSequenceFromThePresent) {
  const auto send = expect_send(write_.condition_failed(item(after(q_), 50), 40ms));
  EXPECT_EQ(send.sequence.milliseconds, q_.milliseconds + 40)
      << "and not one that another's next change passes at once";
}

TEST_F(SlotWriteTest, IsUnknownWhereALaterSendCameTooLate) {
  write_.lost();
  EXPECT_EQ(expect_failed(write_.condition_failed(item(after(q_), 50))).outcome, Outcome::unknown);
}

TEST_F(SlotWriteTest, IsUnknownWhereACreateAfterAnIncrementCameTooLate) {
  EXPECT_EQ(expect_send(write_.condition_failed(std::nullopt)).form, Form::absent);
  EXPECT_EQ(expect_failed(write_.condition_failed(item(after(q_), 50))).outcome, Outcome::unknown);
}

TEST_F(SlotWriteTest, CreatesWhatIsAbsentAndIncrementsWhatIsThereWithTheSameSequence) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(expect_send(write_.condition_failed(std::nullopt)).form, Form::absent);
    const auto send = expect_send(write_.condition_failed(item(before(q_), 1)));
    EXPECT_EQ(send.form, Form::live);
    EXPECT_EQ(send.sequence, q_);
  }
}

TEST_F(SlotWriteTest, TakesAnItemWithoutACountOrWithAnExpiredOneAsAbsent) {
  EXPECT_EQ(expect_send(write_.condition_failed(Item{std::nullopt, before(q_), 7})).form, Form::absent);
  const Counter brief{counter_.id, std::chrono::days(1)};
  SlotWrite write({Change::Kind::add, &brief, 1, noon}, sequences_);
  Item expired = item(std::nullopt, 5);
  expired.record->expires = std::chrono::floor<std::chrono::seconds>(noon);
  EXPECT_EQ(expect_send(write.condition_failed(expired)).form, Form::absent);
}

TEST_F(SlotWriteTest, EndsWhereTheCountIsNotTheExpectedOne) {
  const Change change{Change::Kind::set, &counter_, 100, noon, 5};
  SlotWrite unseen(change, sequences_);
  const auto failed = expect_failed(unseen.condition_failed(item(std::nullopt, 6)));
  EXPECT_EQ(failed.outcome, Outcome::not_counted);
  EXPECT_EQ(failed.instead, 6U);

  SlotWrite absent(change, sequences_);
  EXPECT_EQ(expect_failed(absent.condition_failed(std::nullopt)).instead, 0U);

  SlotWrite seen(change, sequences_);
  EXPECT_EQ(expect_send(seen.condition_failed(item(std::nullopt, 5))).form, Form::live);
}

TEST_F(SlotWriteTest, DoesNotSayWhatIsThereInsteadWhereALostCopyMayStillCome) {
  SlotWrite write({Change::Kind::set, &counter_, 100, noon, 5}, sequences_);
  write.lost();
  const auto failed = expect_failed(write.condition_failed(item(std::nullopt, 6)));
  EXPECT_EQ(failed.outcome, Outcome::unknown);
  EXPECT_EQ(failed.instead, std::nullopt);
}

TEST_F(SlotWriteTest, EndsAtTheLimitOfTheCount) {
  const auto failed = expect_failed(write_.condition_failed(item(std::nullopt, limits::count_max - 2)));
  EXPECT_TRUE(failed.full);
  EXPECT_EQ(failed.outcome, Outcome::not_counted);
}

TEST_F(SlotWriteTest, IsNotCountedWhereNothingLeftOrAllWasRefused) {
  EXPECT_EQ(write_.give_up().outcome, Outcome::not_counted);
  write_.refused();
  EXPECT_EQ(write_.give_up().outcome, Outcome::not_counted);
  write_.lost();
  write_.refused();
  EXPECT_EQ(write_.give_up().outcome, Outcome::unknown) << "what came after it does not take the lost one back";
}

}  // namespace
}  // namespace vc::store::dynamodb
