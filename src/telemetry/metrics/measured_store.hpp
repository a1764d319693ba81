// A store that is watched: what it was asked, how long it took, and how it went.
#pragma once

#include "counter/store.hpp"
#include "telemetry/metrics/metrics.hpp"

namespace vc::telemetry {

/// Thread: one at a time, as the store's own. Lifetime: store and metrics outlive it.
class MeasuredStore final : public counter::CounterStore {
 public:
  MeasuredStore(counter::CounterStore& store, StoreMetrics& metrics) : store_(store), metrics_(metrics) {}

  void add(std::span<counter::Addition> batch, WallTime now) override;
  counter::StoreResult<std::optional<counter::Record>> read(const counter::Counter& counter, WallTime now) override;
  counter::StoreResult<counter::Record> set(const counter::Counter& counter, counter::Count count,
                                            WallTime now) override;
  counter::StoreResult<counter::History> history(const counter::Counter& counter, counter::HourRange hours) override;
  const counter::StoreError* broken() const override { return store_.broken(); }

 private:
  template <class T>
  counter::StoreResult<T> noted(counter::StoreResult<T> result);
  void note(const counter::StoreError* error);

  counter::CounterStore& store_;
  StoreMetrics& metrics_;
};

}  // namespace vc::telemetry
