#include "store/sqlite/store.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/time_text.hpp"
#include "limits.hpp"
#include "store/sqlite/row.hpp"

namespace vc::store {

using counter::Addition;
using counter::Count;
using counter::Counter;
using counter::Record;
using counter::StoreError;
using counter::StoreFault;
using counter::StoreResult;
using sqlite::Database;
using sqlite::Failure;
using sqlite::OwnerLock;
using sqlite::Statement;

namespace {

// ?1 id, ?2 visits, ?3 now as text, ?4 new expiry, ?5 now in seconds: NULL without a TTL, and then nothing is expired.
// A row whose seal is broken is not touched. There is no RETURNING: SQLite would make a table of its own for the one
// row, which costs as much as all the rest of a commit (10 µs, 2026-11-26).
constexpr const char* add_sql = R"sql(
INSERT INTO counters (counter_id, visit_count, created_date, last_updated, ItemExpireTTL)
VALUES (?1, ?2, ?3, ?3, ?4)
ON CONFLICT (counter_id) DO UPDATE SET
  visit_count   = excluded.visit_count + iif(ItemExpireTTL <= ?5, 0, visit_count),
  created_date  = iif(ItemExpireTTL <= ?5, excluded.created_date, created_date),
  last_updated  = excluded.last_updated,
  ItemExpireTTL = excluded.ItemExpireTTL
WHERE seal IS content
)sql";

constexpr const char* count_sql = "SELECT visit_count FROM counters WHERE counter_id = ?1";

constexpr const char* set_sql = R"sql(
INSERT INTO counters (counter_id, visit_count, created_date, last_updated, ItemExpireTTL)
VALUES (?1, ?2, ?3, ?3, ?4)
ON CONFLICT (counter_id) DO UPDATE SET
  visit_count   = excluded.visit_count,
  created_date  = iif(ItemExpireTTL <= ?5, excluded.created_date, created_date),
  last_updated  = excluded.last_updated,
  ItemExpireTTL = excluded.ItemExpireTTL
WHERE seal IS content
)sql";

constexpr const char* add_hour_sql = R"sql(
INSERT INTO visits_per_hour (counter_id, hour, visits) VALUES (?1, ?2, ?3)
ON CONFLICT (counter_id, hour) DO UPDATE SET visits = visits + excluded.visits WHERE seal IS content
)sql";

constexpr const char* read_sql =
    "SELECT visit_count, created_date, last_updated, ItemExpireTTL, seal IS content FROM counters "
    "WHERE counter_id = ?1";

// An hour that is no time is none that we wrote: its seal would be broken.
constexpr const char* history_sql = R"sql(
SELECT unixepoch(hour), visits, seal IS content FROM visits_per_hour
WHERE counter_id = ?1 AND hour >= ?2 AND hour < ?3 ORDER BY hour
)sql";

std::int64_t seconds(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

std::optional<std::int64_t> expiry_seconds(const Counter& counter, WallTime now) {
  const auto expires = expiry(counter, now);
  return expires ? std::optional(seconds(*expires)) : std::nullopt;
}

std::optional<std::int64_t> expiry_cutoff(const Counter& counter, WallTime now) {
  if (counter.ttl.count() == 0) return std::nullopt;
  return seconds(std::chrono::floor<std::chrono::seconds>(now));
}

/// Runs a statement that writes one row, unless its seal is broken.
sqlite::SqlResult<void> write_row(const Database& database, Statement& statement) {
  if (auto done = statement.run(); !done) return done;
  if (database.changes() == 0) return std::unexpected(sqlite::damaged_row());
  return {};
}

void conclude(std::span<Addition> batch, counter::Outcome outcome, const StoreError& error) {
  for (Addition& addition : batch) {
    addition.outcome = outcome;
    addition.error = error;
  }
}

}  // namespace

SqliteStore::SqliteStore(OwnerLock lock, sqlite::FileWatch files, Database database, Statements statements, int schema)
    : lock_(std::move(lock)),
      files_(std::move(files)),
      database_(std::move(database)),
      statements_(std::move(statements)),
      schema_(schema),
      checkpoint_at_(limits::wal_pages_max) {
  const auto note_pages = [](void* pages, sqlite3*, const char*, int in_wal) {
    *static_cast<int*>(pages) = in_wal;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(database_.handle(), note_pages, &wal_pages_);
}

// Nothing stays in the log of a store that is closed: whoever copies or replaces the file then has the whole of it.
SqliteStore::~SqliteStore() {
  if (broken_) {
    database_.abandon();
    return;
  }
  statements_ = {};
  (void)database_.execute("PRAGMA wal_checkpoint(TRUNCATE)");  // if it fails, the next start does it
}

sqlite::SqlResult<SqliteStore::Statements> SqliteStore::prepare(Database& database) {
  Statements statements;
  const std::pair<Statement&, const char*> all[] = {{statements.begin, "BEGIN IMMEDIATE"},
                                                    {statements.commit, "COMMIT"},
                                                    {statements.add, add_sql},
                                                    {statements.count, count_sql},
                                                    {statements.add_hour, add_hour_sql},
                                                    {statements.read, read_sql},
                                                    {statements.set, set_sql},
                                                    {statements.history, history_sql}};
  for (const auto& [statement, sql] : all) {
    auto prepared = database.prepare(sql);
    if (!prepared) return std::unexpected(prepared.error());
    statement = std::move(*prepared);
  }
  return statements;
}

void SqliteStore::add(std::span<Addition> batch, WallTime now) {
  checkpoint_if_due();
  if (broken_) return conclude(batch, counter::Outcome::not_counted, *broken_);
  if (const auto added = add_all(batch, now); !added) {
    return give_up(batch, counter::Outcome::not_counted, added.error());
  }
  if (const auto committed = statements_.commit.run(); !committed) {
    // Without space the transaction is whole in memory and rolled back. After any other error it may be on the disk.
    const bool full = committed.error().primary() == SQLITE_FULL;
    return give_up(batch, full ? counter::Outcome::not_counted : counter::Outcome::unknown, committed.error());
  }
  check_files();
  if (broken_) conclude(batch, counter::Outcome::unknown, *broken_);
}

sqlite::SqlResult<void> SqliteStore::add_all(std::span<Addition> batch, WallTime now) {
  if (auto begun = statements_.begin.run(); !begun) return begun;
  if (auto folded = fold_old_hours(now); !folded) return folded;
  for (Addition& addition : batch) {
    const auto added = add_one(addition, now);
    if (added) {
      addition.outcome = counter::Outcome::counted;
    } else if (added.error().primary() == SQLITE_CONSTRAINT) {
      addition.error = {StoreFault::storage, "the count is at its limit"};
    } else {
      return added;
    }
  }
  return {};
}

sqlite::SqlResult<void> SqliteStore::add_one(Addition& addition, WallTime now) {
  const Counter& counter = *addition.counter;
  const Rfc3339 time = rfc3339(now);
  Statement& add = statements_.add;
  add.bind(1, counter.id.text()).bind(2, static_cast<std::int64_t>(addition.visits)).bind(3, view(time));
  add.bind(4, expiry_seconds(counter, now)).bind(5, expiry_cutoff(counter, now));
  if (auto written = write_row(database_, add); !written) return written;

  Statement& count = statements_.count;
  const auto found = count.bind(1, counter.id.text()).step();
  if (!found.value_or(false)) return std::unexpected(found ? sqlite::damaged_row() : found.error());
  addition.count_after = static_cast<Count>(count.integer(0));
  count.reset();

  const Rfc3339 hour = rfc3339(std::chrono::floor<std::chrono::hours>(now));
  return add_to_hour(counter.id.text(), view(hour), static_cast<std::int64_t>(addition.visits));
}

sqlite::SqlResult<void> SqliteStore::add_to_hour(std::string_view counter_id, std::string_view hour,
                                                 std::int64_t visits) {
  return write_row(database_, statements_.add_hour.bind(1, counter_id).bind(2, hour).bind(3, visits));
}

void SqliteStore::give_up(std::span<Addition> batch, counter::Outcome outcome, const Failure& failure) {
  const StoreError error = judge(failure);
  check(broken_ || !database_.in_transaction(), "SQLite takes back by itself what finds no space");
  // The next batch folds the log into the file first: the log's own space is then there to be written anew.
  if (failure.primary() == SQLITE_FULL) checkpoint_at_ = 0;
  folded_on_.reset();  // that was taken back too
  conclude(batch, outcome, error);
}

StoreResult<std::optional<Record>> SqliteStore::read(const Counter& counter, WallTime now) {
  check_files();
  if (broken_) return std::unexpected(*broken_);
  Statement& read = statements_.read;
  const auto row = read.bind(1, counter.id.text()).step();
  const auto record = row && *row ? sqlite::read_record(read) : Record{};
  read.reset();
  if (!row) return std::unexpected(judge(row.error()));
  if (!record) return std::unexpected(judge(record.error()));
  if (!*row || expired(counter, record->expires, now)) return std::nullopt;
  return *record;
}

StoreResult<Record> SqliteStore::set(const Counter& counter, Count count, WallTime now) {
  checkpoint_if_due();
  if (broken_) return std::unexpected(*broken_);
  const Rfc3339 time = rfc3339(now);
  Statement& set = statements_.set;
  set.bind(1, counter.id.text()).bind(2, static_cast<std::int64_t>(count)).bind(3, view(time));
  set.bind(4, expiry_seconds(counter, now)).bind(5, expiry_cutoff(counter, now));
  if (const auto written = write_row(database_, set); !written) return std::unexpected(judge(written.error()));

  auto record = read(counter, now);
  if (!record) return std::unexpected(record.error());
  return **record;
}

StoreResult<counter::History> SqliteStore::history(const Counter& counter, counter::HourRange hours) {
  check_files();
  if (broken_) return std::unexpected(*broken_);
  const Rfc3339 from = rfc3339(hours.from);
  const Rfc3339 until = rfc3339(hours.until);
  Statement& rows = statements_.history;
  rows.bind(1, counter.id.text()).bind(2, view(from)).bind(3, view(until));
  std::vector<counter::HourVisits> visits;
  bool damaged = false;
  auto row = rows.step();
  for (; row && *row && !damaged; row = rows.step()) {
    const std::chrono::sys_seconds start{std::chrono::seconds(rows.integer(0))};
    visits.push_back({std::chrono::floor<std::chrono::hours>(start), static_cast<std::uint64_t>(rows.integer(1))});
    damaged = rows.integer(2) == 0;
  }
  rows.reset();
  if (!row) return std::unexpected(judge(row.error()));
  if (damaged) return std::unexpected(judge(sqlite::damaged_row()));
  return visits;
}

void SqliteStore::check_files() {
  if (broken_) return;
  if (auto moved = files_.moved()) broken_ = StoreError{StoreFault::storage, std::move(*moved)};
}

// Before a batch: the visits that were just committed have their answers already.
void SqliteStore::checkpoint_if_due() {
  if (broken_ || wal_pages_ < checkpoint_at_) return;
  const int code = sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK) {
    checkpoint_at_ = limits::wal_pages_max;
    wal_pages_ = 0;
  } else {
    checkpoint_at_ = wal_pages_ + limits::wal_pages_max;  // without space: later
    judge(Failure{code, sqlite::one_line(sqlite3_errmsg(database_.handle()))});
  }
}

StoreError SqliteStore::judge(const Failure& failure) {
  StoreError error{StoreFault::storage, fmt::format("{} (SQLite {})", failure.message, failure.code)};
  if (failure.primary() != SQLITE_FULL && failure.primary() != SQLITE_CONSTRAINT) broken_ = error;
  return error;
}

}  // namespace vc::store
