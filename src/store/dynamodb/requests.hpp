// The bodies of the requests that a store makes of a table, and nothing of how they travel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "counter/store.hpp"
#include "store/dynamodb/sequence.hpp"

namespace vc::store::dynamodb {

/// Whether the engine shows the item when a condition fails; of the others it is read. A choice of the operator: it is
/// not guessed.
enum class Engine { dynamodb, alternator, dynalite };

/// One change of one counter's count: `amount` visits more, or the count itself; if one is expected, only from there.
struct Change {
  enum class Kind { add, set } kind = Kind::add;
  const counter::Counter* counter = nullptr;
  counter::Count amount = 0;
  WallTime now;
  std::optional<counter::Count> expected;
};

/// A record that is there and has not expired, or one that is not there.
enum class Form { live, absent };

/// `UpdateItem` of a change, on condition that the record is of this form and nothing as new as `sequence` was written
/// in the slot. It leaves the count after it in the slot, and answers with the whole item. An addition that would pass
/// limits::count_max fails its condition.
std::string update(const std::string& table, const Change& change, Form form, int slot, const Sequence& sequence);

/// `GetItem`, consistent.
std::string get(const std::string& table, const counter::Counter& counter);

/// `Scan`, consistent, of the records' attributes, limits::dynamodb_page_items at a time. `after` is the key that the
/// page before ended at; empty: the first page.
std::string scan(const std::string& table, const std::string& after);

}  // namespace vc::store::dynamodb
