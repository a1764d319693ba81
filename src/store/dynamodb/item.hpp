// The record as a table keeps it: product names for the record's attributes, and sixteen slots for writers.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>

#include "base/result.hpp"
#include "counter/store.hpp"
#include "store/dynamodb/sequence.hpp"

namespace vc::store::dynamodb {

inline constexpr int slots = 16;

/// What one writer needs to know of an item.
struct Item {
  std::optional<counter::Record> record;   // nullopt: without a count
  std::optional<Sequence> sequence;        // of the last write in the writer's slot
  std::optional<counter::Count> ended_at;  // the count after that write

  /// Whether the record counts as there.
  bool live(const counter::Counter& counter, WallTime now) const {
    return record && !expired(counter, record->expires, now);
  }
};

/// Reads attributes as the wire has them, `{"visit_count": {"N": "7"}, …}`. Dates that are no text are empty: an older
/// program may have written anything. The expiry is read only if the counter has a TTL.
/// Errors: a number that is no whole one, or out of its range.
Result<Item> read_item(const boost::json::object& attributes, const counter::Counter& counter, int slot);

/// The `S` of the key; empty if there is none.
std::string read_id(const boost::json::object& attributes);

}  // namespace vc::store::dynamodb
