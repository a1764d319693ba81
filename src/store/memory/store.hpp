// Counters in memory: for trials, and the twin that every other store is held against.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "counter/full_store.hpp"

namespace vc::store {

class MemoryStore final : public counter::FullStore {
 public:
  void add(std::span<counter::Addition> batch, WallTime now) override;
  counter::StoreResult<std::optional<counter::Record>> read(const counter::Counter& counter, WallTime now) override;
  counter::StoreResult<counter::Record> set(const counter::Counter& counter, counter::Count count,
                                            WallTime now) override;
  counter::StoreResult<counter::History> history(const counter::Counter& counter, counter::HourRange hours) override;
  counter::StoreResult<std::vector<counter::Entry>> list(const counter::CounterOf& counter_of, WallTime now) override;
  counter::StoreResult<Result<counter::Record, counter::Count>> set_if(const counter::Counter& counter,
                                                                       counter::Count expected, counter::Count count,
                                                                       WallTime now) override;
  counter::StoreResult<std::optional<counter::CounterId>> take_over(std::span<const counter::Entry> entries,
                                                                    counter::IfThere if_there,
                                                                    const counter::CounterOf& counter_of,
                                                                    WallTime now) override;
  counter::StoreResult<std::optional<std::string>> copy() override { return std::nullopt; }

 private:
  counter::Record* live(const counter::Counter& counter, WallTime now);
  counter::Record& put(const counter::Counter& counter, counter::Count count, WallTime now);

  using Hours = std::map<std::chrono::sys_time<std::chrono::hours>, std::uint64_t>;
  void fold_old_hours(WallTime now);
  static void fold(Hours& hours, WallTime now);

  std::map<std::string, counter::Record> records_;
  std::map<std::string, Hours> hours_;
  std::optional<std::chrono::sys_days> folded_on_;  // no hours are to be folded on this day
};

}  // namespace vc::store
