// Rows as records, each only if its seal is whole.
#pragma once

#include "counter/counter.hpp"
#include "store/sqlite/database.hpp"

namespace vc::store::sqlite {

/// What no row of ours says once it is written.
inline Failure damaged_row() { return {.code = SQLITE_CORRUPT, .message = "a record is not as it was written"}; }

/// Requires: the row begins with visit_count, created_date, last_updated, ItemExpireTTL and whether its seal is whole.
inline SqlResult<counter::Record> read_record(const Statement& row) {
  if (row.integer(4) == 0) return std::unexpected(damaged_row());
  counter::Record record{.visit_count = static_cast<counter::Count>(row.integer(0)),
                         .created_date = row.text(1),
                         .last_updated = row.text(2),
                         .expires = {}};
  if (!row.is_null(3)) record.expires = std::chrono::sys_seconds(std::chrono::seconds(row.integer(3)));
  return record;
}

}  // namespace vc::store::sqlite
