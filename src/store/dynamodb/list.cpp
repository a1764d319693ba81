// All counters of a table, page by page.

#include <boost/json/array.hpp>

#include <algorithm>

#include "store/dynamodb/store.hpp"

namespace vc::store {

namespace json = boost::json;

using counter::CounterId;
using counter::Entry;
using counter::StoreError;
using counter::StoreFault;
using counter::StoreResult;
using dynamodb::Verdict;

namespace {

std::unexpected<StoreError> no_page(std::string why) {
  return std::unexpected(StoreError{StoreFault::storage, std::move(why)});
}

/// Adds the counters of a page. Gives the key that it ended at; empty: it was the last one.
StoreResult<std::string> add_page(std::vector<Entry>& entries, const json::object& page,
                                  const counter::CounterOf& counter_of, WallTime now) {
  const json::value* items = page.if_contains("Items");
  if (items == nullptr || !items->is_array()) return no_page("the answer to a scan has no items");
  for (const json::value& attributes : items->get_array()) {
    if (!attributes.is_object()) return no_page("an item is no JSON object");
    const auto id = CounterId::parse(dynamodb::read_id(attributes.get_object()));
    if (!id) continue;  // another program's
    const counter::Counter counter = counter_of(*id);
    auto item = dynamodb::read_item(attributes.get_object(), counter, 0);
    if (!item) return no_page(item.error().message);
    if (item->live(counter, now)) entries.push_back({*id, std::move(*item->record)});
  }
  const json::value* last = page.if_contains("LastEvaluatedKey");
  return last != nullptr && last->is_object() ? dynamodb::read_id(last->get_object()) : std::string();
}

}  // namespace

StoreResult<std::vector<Entry>> DynamoDbStore::list(const counter::CounterOf& counter_of, WallTime now) {
  const dynamodb::SteadyTime end = deadline_after(options_.deadline);  // visits wait meanwhile
  std::vector<Entry> entries;
  std::string after;
  do {
    if (timeline_->now() >= end) {
      return std::unexpected(StoreError{StoreFault::timeout, "the table has more counters than can be listed in time"});
    }
    if (const StoreError* error = resting()) return std::unexpected(*error);
    const dynamodb::Reply reply =
        ask_until(deadline_after(options_.deadline), "Scan", dynamodb::scan(options_.table, after));
    if (reply.verdict != Verdict::done) return std::unexpected(reply.error);
    auto ended_at = add_page(entries, reply.body, counter_of, now);
    if (!ended_at) return std::unexpected(ended_at.error());
    after = std::move(*ended_at);
  } while (!after.empty());
  std::ranges::sort(entries, {}, [](const Entry& entry) -> const std::string& { return entry.id.text(); });
  return entries;
}

StoreResult<std::optional<CounterId>> DynamoDbStore::take_over(std::span<const Entry> /*entries*/,
                                                               counter::IfThere /*if_there*/,
                                                               const counter::CounterOf& /*counter_of*/,
                                                               WallTime /*now*/) {
  return std::unexpected(StoreError{StoreFault::storage, "a table takes no import"});
}

}  // namespace vc::store
