#include "support/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <sstream>

namespace vc::history {

using counter::Count;
using counter::Outcome;

namespace {

constexpr std::size_t told_of_each_kind_max = 5;

std::optional<Entry> parse_line(const std::string& line) {
  Entry entry;
  std::string verdict;
  std::string excess;
  std::istringstream words(line);
  if (!(words >> entry.sent >> entry.answered >> verdict) || entry.answered < entry.sent) return std::nullopt;
  if (verdict == "counted") {
    entry.outcome = Outcome::counted;
    if (!(words >> entry.number)) return std::nullopt;
  } else if (verdict == "unknown") {
    entry.outcome = Outcome::unknown;
  } else if (verdict != "not-counted") {
    return std::nullopt;
  }
  if (words >> excess) return std::nullopt;
  return entry;
}

/// One kind of violation: tells a few, and how many there are beyond those.
class Findings {
 public:
  explicit Findings(std::vector<std::string>& lines) : lines_(lines) {}
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;
  ~Findings() {
    if (count_ > told_of_each_kind_max) {
      lines_.push_back(fmt::format("... and {} more of this kind", count_ - told_of_each_kind_max));
    }
  }

  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    if (++count_ <= told_of_each_kind_max) lines_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  std::vector<std::string>& lines_;
  std::size_t count_ = 0;
};

class Checker {
 public:
  Checker(std::span<const Entry> history, const Stored& stored) : stored_(stored) {
    for (const Entry& entry : history) {
      if (entry.outcome == Outcome::counted) acknowledged_.push_back(entry);
      if (entry.outcome == Outcome::unknown) unknown_sent_.push_back(entry.sent);
    }
    std::ranges::sort(acknowledged_, {}, &Entry::number);
    std::ranges::sort(unknown_sent_);
  }

  std::vector<std::string> run() {
    check_distinct();
    check_range();
    check_stored();
    check_order();
    // Where the numbers themselves are wrong, which of them are missing says nothing more.
    if (lines_.empty()) check_missing();
    return std::move(lines_);
  }

 private:
  void check_distinct() {
    Findings findings(lines_);
    for (std::size_t i = 1; i < acknowledged_.size(); ++i) {
      if (acknowledged_[i].number == acknowledged_[i - 1].number) {
        findings.add("number {} was given twice", acknowledged_[i].number);
      }
    }
  }

  void check_range() {
    Findings findings(lines_);
    for (const Entry& entry : acknowledged_) {
      if (entry.number <= stored_.before || entry.number > stored_.after) {
        findings.add("number {} is not in ({}, {}]", entry.number, stored_.before, stored_.after);
      }
    }
  }

  void check_stored() {
    Findings findings(lines_);
    if (stored_.after < stored_.before) {
      return findings.add("the stored count went down from {} to {}", stored_.before, stored_.after);
    }
    const Count stored = stored_.after - stored_.before;
    if (stored < acknowledged_.size()) {
      findings.add("{} visits are lost: {} stored, {} acknowledged", acknowledged_.size() - stored, stored,
                   acknowledged_.size());
    }
    if (stored > acknowledged_.size() + unknown_sent_.size()) {
      findings.add("{} visits too many: {} stored, {} acknowledged, {} unknown",
                   stored - acknowledged_.size() - unknown_sent_.size(), stored, acknowledged_.size(),
                   unknown_sent_.size());
    }
  }

  // In the order of their sending, each visit is held against the largest number that was answered before it was sent.
  void check_order() {
    Findings findings(lines_);
    std::vector<Entry> by_answer = acknowledged_;
    std::vector<Entry> by_sending = acknowledged_;
    std::ranges::sort(by_answer, {}, &Entry::answered);
    std::ranges::sort(by_sending, {}, &Entry::sent);
    auto next = by_answer.begin();
    Count largest = 0;
    for (const Entry& entry : by_sending) {
      for (; next != by_answer.end() && next->answered < entry.sent; ++next) largest = std::max(largest, next->number);
      if (next != by_answer.begin() && entry.number <= largest) {
        findings.add("number {} was answered before the visit that got {} was sent (at {})", largest, entry.number,
                     entry.sent);
      }
    }
  }

  // A missing number was counted before every larger one, so before the earliest answer that carries a larger one.
  // These bounds grow with the number, and an unknown visit that is early enough for one is early enough for those
  // above it: the n-th earliest unknown visit serves the n-th missing number, or nobody does.
  void check_missing() {
    Findings findings(lines_);
    const std::vector<std::int64_t> latest = latest_of_each();
    auto unknown = unknown_sent_.begin();
    Count number = stored_.before + 1;
    for (std::size_t i = 0; i <= acknowledged_.size(); ++i) {
      const Count end = i < acknowledged_.size() ? acknowledged_[i].number : stored_.after + 1;
      for (; number < end; ++number, ++unknown) {
        if (*unknown > latest[i]) {
          findings.add("nobody received number {}, and no unknown visit was sent by {}", number, latest[i]);
        }
      }
      number = end + 1;
    }
  }

  /// For each place between two acknowledged numbers: the earliest answer that carries a larger one.
  std::vector<std::int64_t> latest_of_each() const {
    std::vector<std::int64_t> latest(acknowledged_.size() + 1, std::numeric_limits<std::int64_t>::max());
    for (std::size_t i = acknowledged_.size(); i-- > 0;) {
      latest[i] = std::min(latest[i + 1], acknowledged_[i].answered);
    }
    return latest;
  }

  const Stored stored_;
  std::vector<Entry> acknowledged_;         // by number
  std::vector<std::int64_t> unknown_sent_;  // ascending
  std::vector<std::string> lines_;
};

}  // namespace

Result<std::vector<Entry>> parse(std::istream& lines) {
  std::vector<Entry> history;
  for (std::string line; std::getline(lines, line);) {
    const auto entry = parse_line(line);
    if (!entry) return fail("line {} is not of a history: '{}'", history.size() + 1, line);
    history.push_back(*entry);
  }
  return history;
}

std::vector<std::string> violations(std::span<const Entry> history, const Stored& stored) {
  return Checker(history, stored).run();
}

}  // namespace vc::history
