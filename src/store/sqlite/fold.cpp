// Hours that are old become days. Row by row: of one row that finds no space SQLite takes back the whole transaction.

#include <vector>

#include "base/time_text.hpp"
#include "limits.hpp"
#include "store/sqlite/row.hpp"
#include "store/sqlite/store.hpp"

namespace vc::store {
namespace {

constexpr std::string_view first_hour = "T00:00:00Z";
constexpr std::size_t date_chars = 10;

// In the words of the index: a file that has it is not looked through.
constexpr const char* old_hours_sql = R"sql(
SELECT counter_id, hour, visits, seal IS content FROM visits_per_hour
WHERE hour < ?1 AND substr(hour, 11) <> 'T00:00:00Z' LIMIT ?2
)sql";

}  // namespace

// Once a day, and after each start.
sqlite::SqlResult<void> SqliteStore::fold_old_hours(WallTime now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  if (folded_on_ == today) return {};
  auto rows = database_.prepare(old_hours_sql);
  if (!rows) return std::unexpected(rows.error());
  const Rfc3339 kept = rfc3339(counter::first_hour_kept(now));
  rows->bind(1, view(kept)).bind(2, std::int64_t{limits::hours_folded_max});
  std::vector<OldHour> old;
  auto row = rows->step();
  for (; row && *row; row = rows->step()) {
    if (rows->integer(3) == 0) return std::unexpected(sqlite::damaged_row());
    old.push_back({rows->text(0), rows->text(1), rows->integer(2)});
  }
  if (!row) return std::unexpected(row.error());
  for (const OldHour& each : old) {
    if (auto folded = fold(each); !folded) return folded;
  }
  if (old.size() < limits::hours_folded_max) folded_on_ = today;
  return {};
}

// The hour goes first: an index that is not as it was written may name it twice.
sqlite::SqlResult<void> SqliteStore::fold(const OldHour& old) {
  auto removal = database_.prepare("DELETE FROM visits_per_hour WHERE counter_id = ?1 AND hour = ?2");
  if (!removal) return std::unexpected(removal.error());
  const auto removed = removal->bind(1, old.counter_id).bind(2, old.hour).run();
  if (!removed || database_.changes() == 0) return removed;
  const std::string day = old.hour.substr(0, date_chars).append(first_hour);
  const auto added = add_to_hour(old.counter_id, day, old.visits);
  // More visits in a day than there are numbers: nobody counted them.
  if (!added && added.error().primary() == SQLITE_CONSTRAINT) return std::unexpected(sqlite::damaged_row());
  return added;
}

}  // namespace vc::store
