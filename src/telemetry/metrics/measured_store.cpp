#include "telemetry/metrics/measured_store.hpp"

#include <algorithm>
#include <chrono>

namespace vc::telemetry {

using counter::Addition;
using counter::Outcome;
using counter::StoreResult;

void MeasuredStore::add(std::span<Addition> batch, WallTime now) {
  const auto start = std::chrono::steady_clock::now();
  store_.add(batch, now);
  metrics_.commit_durations.observe(nanoseconds(std::chrono::steady_clock::now() - start));

  std::uint64_t visits = 0;
  const counter::StoreError* error = nullptr;
  for (const Addition& addition : batch) {
    visits += addition.visits;
    if (addition.outcome != Outcome::counted) error = &addition.error;
  }
  metrics_.visits_per_commit.observe(visits);
  note(error);
}

StoreResult<std::optional<counter::Record>> MeasuredStore::read(const counter::Counter& counter, WallTime now) {
  return noted(store_.read(counter, now));
}

StoreResult<counter::Record> MeasuredStore::set(const counter::Counter& counter, counter::Count count, WallTime now) {
  return noted(store_.set(counter, count, now));
}

StoreResult<counter::History> MeasuredStore::history(const counter::Counter& counter, counter::HourRange hours) {
  return noted(store_.history(counter, hours));
}

template <class T>
StoreResult<T> MeasuredStore::noted(StoreResult<T> result) {
  note(result ? nullptr : &result.error());
  return result;
}

void MeasuredStore::note(const counter::StoreError* error) {
  if (error != nullptr) metrics_.failed(error->fault);
  metrics_.last_call_succeeded.store(error == nullptr, std::memory_order_relaxed);
}

}  // namespace vc::telemetry
