#include "counter/visit_batcher.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace vc::counter {
namespace {

bool same(const Counter* a, const Counter* b) { return a == b || a->id == b->id; }

/// A store that claims fewer visits than it was just given has not told us what it did.
void distrust_impossible(Addition& addition) {
  if (addition.outcome == Outcome::counted && addition.count_after < addition.visits) {
    addition.outcome = Outcome::unknown;
    addition.error = {StoreFault::storage, "the store's count is smaller than what was just added"};
  }
}

}  // namespace

JobQueue<Visit> VisitBatcher::submit(JobQueue<Visit> visits) {
  JobQueue<Visit> refused;
  if (!closed_ && waiting_.size() + visits.size() <= waiting_max_) {
    waiting_.append(std::move(visits));
    return refused;
  }
  while (!visits.empty()) {
    Visit& visit = visits.pop();
    visit.outcome = Outcome::not_counted;
    (closed_ || waiting_.size() == waiting_max_ ? refused : waiting_).push(visit);
  }
  return refused;
}

std::span<Addition> VisitBatcher::take() {
  check(ready(), "one batch is in flight at a time");
  additions_.clear();
  JobQueue<Visit> gathered = std::move(waiting_);
  while (!gathered.empty()) {
    Visit& visit = gathered.pop();
    ++addition_of(visit).visits;
    in_flight_.push(visit);
  }
  return additions_;
}

JobQueue<Visit> VisitBatcher::complete() {
  check(!in_flight_.empty(), "a batch is completed once");
  std::ranges::for_each(additions_, distrust_impossible);
  JobQueue<Visit> batch = std::move(in_flight_);
  JobQueue<Visit> answered;
  while (!batch.empty()) {
    Visit& visit = batch.pop();
    Addition& addition = addition_of(visit);
    visit.outcome = addition.outcome;
    // `visits` counts down to 0 while the numbers go up to the store's count.
    if (addition.outcome == Outcome::counted) visit.number = addition.count_after - --addition.visits;
    answered.push(visit);
  }
  return answered;
}

JobQueue<Visit> VisitBatcher::close() {
  closed_ = true;
  return submit(std::move(waiting_));
}

Addition& VisitBatcher::addition_of(const Visit& visit) {
  const auto found =
      std::ranges::find_if(additions_, [&](const Addition& addition) { return same(addition.counter, visit.counter); });
  return found != additions_.end() ? *found : additions_.emplace_back(Addition{.counter = visit.counter});
}

}  // namespace vc::counter
