// A record as JSON, with the names it has in the stores.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "counter/full_store.hpp"

namespace vc::ops {

std::string to_json(const counter::CounterId& id, const counter::Record& record);

/// An array with a record a line.
std::string to_json(std::span<const counter::Entry> entries);

/// A record and nothing else. Errors: anything else, a number out of its range.
Result<counter::Entry> parse_record(std::string_view json);

/// An array of records.
Result<std::vector<counter::Entry>> parse_records(std::string_view json);

/// What a counter is to be set to, and the count that is to be there before, if that matters.
struct Correction {
  counter::Count count = 0;
  std::optional<counter::Count> expected;
  friend bool operator==(const Correction&, const Correction&) = default;
};

/// `{"visit_count": 7, "expected": 5}`, of which the latter may be missing. Errors: anything else, in words for whoever
/// sent it.
Result<Correction> parse_correction(std::string_view json);
std::string to_json(const Correction& correction);

/// What is said of a store that has no copy to give.
inline constexpr std::string_view no_file = "this store is in no file; `export` writes what it has";

/// What is said where a counter is there that must not be.
std::string there_already(std::string_view id);

/// What is said where the count was another than expected.
std::string unexpected_count(const counter::CounterId& id, counter::Count expected, counter::Count found);

/// The count of a record in JSON.
Result<counter::Count> parse_visit_count(std::string_view json);

}  // namespace vc::ops
