// What the operator asks of a store. Nobody else writes to the file: what was read stays true until it is written.

#include "limits.hpp"
#include "store/sqlite/backup.hpp"
#include "store/sqlite/row.hpp"
#include "store/sqlite/store.hpp"

namespace vc::store {

using counter::Count;
using counter::Counter;
using counter::CounterId;
using counter::Entry;
using counter::Record;
using counter::StoreError;
using counter::StoreFault;
using counter::StoreResult;

namespace {

constexpr const char* import_sql = R"sql(
INSERT INTO counters (counter_id, visit_count, created_date, last_updated, ItemExpireTTL)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (counter_id) DO UPDATE SET
  visit_count   = excluded.visit_count,
  created_date  = excluded.created_date,
  last_updated  = excluded.last_updated,
  ItemExpireTTL = excluded.ItemExpireTTL
WHERE seal IS content
)sql";

}  // namespace

StoreResult<std::vector<Entry>> SqliteStore::list(const counter::CounterOf& counter_of, WallTime now) {
  check_files();
  if (broken_) return std::unexpected(*broken_);
  auto rows = database_.prepare(
      "SELECT visit_count, created_date, last_updated, ItemExpireTTL, seal IS content, counter_id FROM counters "
      "ORDER BY counter_id");
  if (!rows) return std::unexpected(judge(rows.error()));
  std::vector<Entry> entries;
  for (;;) {
    const auto row = rows->step();
    if (!row) return std::unexpected(judge(row.error()));
    if (!*row) return entries;
    const auto record = sqlite::read_record(*rows);
    if (!record) return std::unexpected(judge(record.error()));
    const auto id = CounterId::parse(rows->text(5));
    if (!id) return std::unexpected(StoreError{StoreFault::storage, id.error().message});
    if (!expired(counter_of(*id), record->expires, now)) entries.push_back({*id, *record});
  }
}

StoreResult<Result<Record, Count>> SqliteStore::set_if(const Counter& counter, Count expected, Count count,
                                                       WallTime now) {
  const auto record = read(counter, now);
  if (!record) return std::unexpected(record.error());
  const Count found = *record ? (*record)->visit_count : 0;
  if (found != expected) return Result<Record, Count>(std::unexpected(found));
  auto written = set(counter, count, now);
  if (!written) return std::unexpected(written.error());
  return std::move(*written);
}

StoreResult<std::optional<CounterId>> SqliteStore::take_over(std::span<const Entry> entries, counter::IfThere if_there,
                                                             const counter::CounterOf& counter_of, WallTime now) {
  checkpoint_if_due();
  for (const Entry& entry : entries) {
    const auto record = read(counter_of(entry.id), now);
    if (!record) return std::unexpected(record.error());
    if (*record && if_there == counter::IfThere::refuse) return entry.id;
  }
  if (broken_) return std::unexpected(*broken_);
  if (const auto written = write_all(entries); !written) {
    const StoreError error = judge(written.error());
    if (!broken_ && database_.in_transaction()) (void)database_.execute("ROLLBACK");
    return std::unexpected(error);
  }
  check_files();
  if (broken_) return std::unexpected(*broken_);
  return std::nullopt;
}

sqlite::SqlResult<void> SqliteStore::write_all(std::span<const Entry> entries) {
  if (auto begun = statements_.begin.run(); !begun) return begun;
  for (const Entry& entry : entries) {
    if (auto written = write(entry); !written) return written;
  }
  return statements_.commit.run();
}

sqlite::SqlResult<void> SqliteStore::write(const Entry& entry) {
  auto statement = database_.prepare(import_sql);
  if (!statement) return std::unexpected(statement.error());
  const Record& record = entry.record;
  statement->bind(1, entry.id.text()).bind(2, static_cast<std::int64_t>(record.visit_count));
  statement->bind(3, record.created_date).bind(4, record.last_updated);
  statement->bind(
      5, record.expires ? std::optional<std::int64_t>(record.expires->time_since_epoch().count()) : std::nullopt);
  if (auto done = statement->run(); !done) return done;
  if (database_.changes() == 0) return std::unexpected(sqlite::damaged_row());
  return {};
}

// A copy that fails has changed nothing, and says nothing about the file.
StoreResult<std::optional<std::string>> SqliteStore::copy() {
  check_files();
  if (broken_) return std::unexpected(*broken_);
  const auto failed = [](const sqlite::Failure& failure) {
    return std::unexpected(StoreError{StoreFault::storage, failure.message});
  };
  const auto pages = database_.integer("PRAGMA page_count");
  if (!pages) return failed(pages.error());
  const auto page_bytes = database_.integer("PRAGMA page_size");
  if (!page_bytes) return failed(page_bytes.error());
  if (static_cast<std::size_t>(*pages * *page_bytes) > limits::copy_bytes_max) {
    return std::unexpected(StoreError{StoreFault::storage, "the store is too large to be copied in memory"});
  }
  auto bytes = sqlite::copy_of(database_);
  if (!bytes) return failed(bytes.error());
  return std::move(*bytes);
}

}  // namespace vc::store
