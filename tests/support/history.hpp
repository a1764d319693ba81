// The checker: what clients saw of their visits, held against what is stored before and after them.
//
// A history is text, one line a visit, times in nanoseconds of one monotonic clock:
//   SENT ANSWERED counted NUMBER
//   SENT ANSWERED not-counted
//   SENT ANSWERED unknown           (an unanswered visit: ANSWERED is when its client gave up)
#pragma once

#include <cstdint>
#include <istream>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "counter/counter.hpp"
#include "counter/store.hpp"

namespace vc::history {

/// One visit as its client saw it.
struct Entry {
  std::int64_t sent = 0;
  std::int64_t answered = 0;
  counter::Outcome outcome = counter::Outcome::not_counted;
  counter::Count number = 0;  // if counted
};

/// What is stored of the counter before the first visit of a history and after its last, recovery included.
struct Stored {
  counter::Count before = 0;
  counter::Count after = 0;
};

/// Errors: a line that is none of the grammar, or an answer before its request.
Result<std::vector<Entry>> parse(std::istream& lines);

/// What cannot be true of a counter that counts every visit at one moment between its request and its answer:
///   numbers are distinct and in (before, after];
///   acknowledged <= after - before <= acknowledged + unknown, so that what was not counted never is;
///   a visit answered before another was sent has the smaller number;
///   every number that nobody received belongs to an unknown visit, sent early enough to have it.
/// A visit without an answer may be counted at any time after it was sent, later than its client waited for it too.
/// Returns a line for each violation, of each kind a few. Cost: O(n log n).
std::vector<std::string> violations(std::span<const Entry> history, const Stored& stored);

}  // namespace vc::history
