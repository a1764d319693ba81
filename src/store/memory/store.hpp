// Counters in memory: for trials, and the twin that every other store is held against.
#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "counter/store.hpp"

namespace vc::store {

class MemoryStore final : public counter::CounterStore {
 public:
  void add(std::span<counter::Addition> batch, WallTime now) override;
  counter::StoreResult<std::optional<counter::Record>> read(const counter::Counter& counter, WallTime now) override;
  counter::StoreResult<counter::Record> set(const counter::Counter& counter, counter::Count count,
                                            WallTime now) override;
  counter::StoreResult<counter::History> history(const counter::Counter& counter, counter::HourRange hours) override;

 private:
  counter::Record* live(const counter::Counter& counter, WallTime now);
  counter::Record& put(const counter::Counter& counter, counter::Count count, WallTime now);

  using Hours = std::map<std::chrono::sys_time<std::chrono::hours>, std::uint64_t>;

  std::unordered_map<std::string, counter::Record> records_;
  std::unordered_map<std::string, Hours> hours_;
};

}  // namespace vc::store
