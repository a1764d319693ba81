// The schema of a store's file. A change raises the version and brings its migration.
#pragma once

namespace vc::store::sqlite {

/// PRAGMA application_id: "VCtr".
inline constexpr int application_id = 0x56437472;
/// PRAGMA user_version.
inline constexpr int schema_version = 1;

/// The record has the names it has in DynamoDB. Times are RFC 3339 in UTC, ItemExpireTTL is epoch seconds.
inline constexpr const char* schema = R"sql(
CREATE TABLE counters (
  counter_id    TEXT NOT NULL PRIMARY KEY,
  visit_count   INTEGER NOT NULL CHECK (visit_count BETWEEN 0 AND 9007199254740991),
  created_date  TEXT NOT NULL,
  last_updated  TEXT NOT NULL,
  ItemExpireTTL INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE visits_per_hour (
  counter_id TEXT NOT NULL,
  hour       TEXT NOT NULL,  -- its start, 2026-11-22T18:00:00Z
  visits     INTEGER NOT NULL,
  PRIMARY KEY (counter_id, hour)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace vc::store::sqlite
