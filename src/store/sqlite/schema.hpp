// The schema of a store's file. A change raises the version and brings its migration.
//
// A release reads and counts on files of its own schema and of the one before, each as it is: so the release before it
// can stand by, and take everything back. Only `SqliteStore::migrate` changes a file's schema, and only `serve` calls
// it, when no other release needs the old one (docs/releases.md). Commands leave a file as they find it.
#pragma once

#include <fmt/format.h>

#include <string>

namespace vc::store::sqlite {

/// PRAGMA application_id: "VCtr".
inline constexpr int application_id = 0x56437472;
/// PRAGMA user_version. Version 1 had no seals, and was never released; version 2 has no index.
inline constexpr int schema_version = 3;
inline constexpr int schema_version_before = 2;

/// The record has the names it has in DynamoDB. Times are RFC 3339 in UTC, ItemExpireTTL is epoch seconds.
///
/// SQLite's pages carry no checksum, and a flipped bit in a count is a count. So every row has a second copy of itself:
/// `seal` is `content` as it was when the row was written. A row that is as it was written has `seal IS content`.
/// SQLite keeps the text of these statements: a file whose texts differ is refused.
inline constexpr const char* counters_table = R"sql(CREATE TABLE counters (
  counter_id    TEXT NOT NULL PRIMARY KEY,
  visit_count   INTEGER NOT NULL CHECK (visit_count BETWEEN 0 AND 9007199254740991),
  created_date  TEXT NOT NULL,
  last_updated  TEXT NOT NULL,
  ItemExpireTTL INTEGER,
  content       TEXT AS (counter_id || ' ' || visit_count || ' ' || created_date || ' ' || last_updated || ' ' ||
                         ifnull(ItemExpireTTL, 'never')) VIRTUAL,
  seal          TEXT AS (content) STORED
) STRICT, WITHOUT ROWID)sql";

/// Of a day that is older than limits::hours_kept there is one row, that of its first hour, with all its visits.
inline constexpr const char* visits_per_hour_table = R"sql(CREATE TABLE visits_per_hour (
  counter_id TEXT NOT NULL,
  hour       TEXT NOT NULL,  -- its start, 2026-11-22T18:00:00Z
  visits     INTEGER NOT NULL,
  content    TEXT AS (counter_id || ' ' || hour || ' ' || visits) VIRTUAL,
  seal       TEXT AS (content) STORED,
  PRIMARY KEY (counter_id, hour)
) STRICT, WITHOUT ROWID)sql";

/// The hours that are no days yet, the oldest first: those to fold are then found without a look at all others. Of
/// 1,142,500 rows, with years of days among them, the look took 89 ms, and takes 0.1 ms; an index of all hours would
/// lead through the days again, and take 115 ms. A commit pays 0.1 us, the file a third of its size (2026-11-26). No
/// number is read from it: where it is damaged, an hour stays one.
inline constexpr const char* unfolded_hours_index =
    "CREATE INDEX unfolded_hours ON visits_per_hour (hour) WHERE substr(hour, 11) <> 'T00:00:00Z'";

/// What SQLite keeps of a file of either version: the texts above, in the order of their names.
inline std::string schema_texts(int version) {
  if (version < schema_version) return fmt::format("{};{}", counters_table, visits_per_hour_table);
  return fmt::format("{};{};{}", counters_table, unfolded_hours_index, visits_per_hour_table);
}

}  // namespace vc::store::sqlite
