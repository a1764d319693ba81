// The port of a whole store: what the operator asks of it beside counting.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "counter/store.hpp"

namespace vc::counter {

/// A counter as a store has it.
struct Entry {
  CounterId id;
  Record record;
};

/// A counter by its id, with its TTL.
using CounterOf = std::function<Counter(const CounterId&)>;

/// What an import does with a counter that is there.
enum class IfThere { refuse, replace };

/// Thread: one at a time, as for visits.
class FullStore : public CounterStore {
 public:
  /// Every counter, by its id. What is expired is left out.
  virtual StoreResult<std::vector<Entry>> list(const CounterOf& counter_of, WallTime now) = 0;

  /// Sets the count if it is `expected`: nothing is overwritten that whoever expects it has not seen. An absent counter
  /// stands at 0. The record, or the count that was found instead. Requires: count <= limits::count_max.
  virtual StoreResult<Result<Record, Count>> set_if(const Counter& counter, Count expected, Count count,
                                                    WallTime now) = 0;

  /// Takes over all records as they are, or none: nullopt, or else the first counter that is there and must not be.
  /// What is expired is not there. Requires: no counter twice. Errors: also of a store that cannot write all or none.
  virtual StoreResult<std::optional<CounterId>> take_over(std::span<const Entry> entries, IfThere if_there,
                                                          const CounterOf& counter_of, WallTime now) = 0;

  /// The bytes of an SQLite file with all that the store has; nullopt: it is in no such file.
  virtual StoreResult<std::optional<std::string>> copy() = 0;
};

}  // namespace vc::counter
