#include "store/memory/store.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/time_text.hpp"
#include "limits.hpp"

namespace vc::store {

using counter::Addition;
using counter::Count;
using counter::Counter;
using counter::CounterId;
using counter::Entry;
using counter::Outcome;
using counter::Record;
using counter::StoreFault;
using counter::StoreResult;

void MemoryStore::add(std::span<Addition> batch, WallTime now) {
  for (Addition& addition : batch) {
    const Record* record = live(*addition.counter, now);
    const Count before = record != nullptr ? record->visit_count : 0;
    if (addition.visits > limits::count_max - before) {
      addition.error = {StoreFault::storage, "the count is at its limit"};
      continue;
    }
    addition.count_after = put(*addition.counter, before + addition.visits, now).visit_count;
    addition.outcome = Outcome::counted;
    hours_[addition.counter->id.text()][std::chrono::floor<std::chrono::hours>(now)] += addition.visits;
  }
  fold_old_hours(now);
}

// Once a day: until the next one no hour becomes old.
void MemoryStore::fold_old_hours(WallTime now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  if (std::exchange(folded_on_, today) == today) return;
  for (auto& [id, hours] : hours_) fold(hours, now);
}

void MemoryStore::fold(Hours& hours, WallTime now) {
  const auto kept = hours.lower_bound(counter::first_hour_kept(now));
  Hours days;
  for (auto hour = hours.begin(); hour != kept; ++hour) {
    days[std::chrono::floor<std::chrono::days>(hour->first)] += hour->second;
  }
  hours.erase(hours.begin(), kept);
  hours.merge(days);
}

StoreResult<std::optional<Record>> MemoryStore::read(const Counter& counter, WallTime now) {
  const Record* record = live(counter, now);
  return record != nullptr ? std::optional(*record) : std::nullopt;
}

StoreResult<Record> MemoryStore::set(const Counter& counter, Count count, WallTime now) {
  return put(counter, count, now);
}

StoreResult<counter::History> MemoryStore::history(const Counter& counter, counter::HourRange range) {
  std::vector<counter::HourVisits> visits;
  const auto found = hours_.find(counter.id.text());
  if (found == hours_.end()) return visits;
  const Hours& hours = found->second;
  for (auto hour = hours.lower_bound(range.from); hour != hours.end() && hour->first < range.until; ++hour) {
    visits.push_back({hour->first, hour->second});
  }
  return visits;
}

StoreResult<std::vector<Entry>> MemoryStore::list(const counter::CounterOf& counter_of, WallTime now) {
  std::vector<Entry> entries;
  for (const auto& [name, record] : records_) {
    const auto id = CounterId::parse(name);
    check(id.has_value(), "records have the ids of counters");
    if (!expired(counter_of(*id), record.expires, now)) entries.push_back({*id, record});
  }
  return entries;
}

StoreResult<Result<Record, Count>> MemoryStore::set_if(const Counter& counter, Count expected, Count count,
                                                       WallTime now) {
  const Record* record = live(counter, now);
  const Count found = record != nullptr ? record->visit_count : 0;
  if (found != expected) return Result<Record, Count>(std::unexpected(found));
  return put(counter, count, now);
}

StoreResult<std::optional<CounterId>> MemoryStore::take_over(std::span<const Entry> entries, counter::IfThere if_there,
                                                             const counter::CounterOf& counter_of, WallTime now) {
  for (const Entry& entry : entries) {
    const bool there = live(counter_of(entry.id), now) != nullptr;
    if (there && if_there == counter::IfThere::refuse) return entry.id;
  }
  for (const Entry& entry : entries) records_[entry.id.text()] = entry.record;
  return std::nullopt;
}

Record* MemoryStore::live(const Counter& counter, WallTime now) {
  const auto found = records_.find(counter.id.text());
  if (found == records_.end() || expired(counter, found->second.expires, now)) return nullptr;
  return &found->second;
}

Record& MemoryStore::put(const Counter& counter, Count count, WallTime now) {
  const std::string time(view(rfc3339(now)));
  if (live(counter, now) == nullptr) records_[counter.id.text()] = Record{.created_date = time};
  Record& record = records_[counter.id.text()];
  record.visit_count = count;
  record.last_updated = time;
  record.expires = expiry(counter, now);
  return record;
}

}  // namespace vc::store
