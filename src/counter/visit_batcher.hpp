// Group commit as a state machine: visits go in, one batch at a time comes out, its outcome goes in, numbered answers
// come out. No threads, no clock, no I/O: the simulation drives this very class.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "counter/job.hpp"
#include "counter/store.hpp"

namespace vc::counter {

/// Thread: one at a time; the driver guards it.
class VisitBatcher final {
 public:
  explicit VisitBatcher(std::size_t waiting_max) : waiting_max_(waiting_max) {}

  /// Queues the visits in their order. Returns those that were refused, answered `not_counted`: what does not fit, and
  /// everything after `close`.
  [[nodiscard]] JobQueue<Visit> submit(JobQueue<Visit> visits);

  /// Visits wait and no batch is in flight.
  bool ready() const { return in_flight_.empty() && !waiting_.empty(); }

  /// Visits that have no answer yet.
  std::size_t queued() const { return waiting_.size() + in_flight_.size(); }

  /// Everything that has gathered becomes one batch, in flight until `complete`. The additions are the caller's to fill
  /// in, and stay valid until then. Requires: ready.
  std::span<Addition> take();

  /// Ends the batch in flight by the outcomes in its additions. Returns its visits, answered, in order of arrival: each
  /// counter's numbers are consecutive and end at the store's count. Requires: a batch in flight.
  [[nodiscard]] JobQueue<Visit> complete();

  /// Refuses what waits, and every visit from now on. A batch in flight is still completed.
  [[nodiscard]] JobQueue<Visit> close();

 private:
  Addition& addition_of(const Visit& visit);

  const std::size_t waiting_max_;
  bool closed_ = false;
  JobQueue<Visit> waiting_;
  JobQueue<Visit> in_flight_;
  std::vector<Addition> additions_;
};

}  // namespace vc::counter
