#include "app/commands/counters.hpp"

#include "app/commands/ops_client.hpp"
#include "app/stores.hpp"
#include "store/sqlite/store.hpp"

namespace vc::app {

using counter::CounterId;
using store::SqliteStore;

namespace {

std::string path_of(const CounterId& id) { return "/counters/" + id.text(); }

}  // namespace

Result<std::unique_ptr<counter::FullStore>> open_counters(const Config& config, IfAbsent if_absent,
                                                          const Clock& clock) {
  const auto* sqlite = std::get_if<SqliteStoreUri>(&config.store);
  if (sqlite != nullptr && if_absent == IfAbsent::refuse) {
    return SqliteStore::open(sqlite->file, SqliteStore::IfAbsent::refuse);
  }
  auto opened = open_store(config, clock);
  if (!opened) return std::unexpected(opened.error());
  return std::move(opened->store);
}

std::unexpected<Error> store_failed(const counter::StoreError& error) {
  return fail("the store failed: {}", error.detail);
}

std::string ops_of_owner(const CounterPlace& place) {
  if (place.ops) return http::text(*place.ops);
  if (std::holds_alternative<MemoryStoreUri>(place.config.store)) return http::text(place.config.ops_listen);
  const auto* sqlite = std::get_if<SqliteStoreUri>(&place.config.store);
  if (sqlite == nullptr) return "";  // a table has no owner
  const auto owner = SqliteStore::owner(sqlite->file);
  return owner ? owner->ops : "";  // an owner without a listener is another command, and soon done
}

Result<std::string> get_counter(const CounterPlace& place, const CounterId& id) {
  if (const std::string ops = ops_of_owner(place); !ops.empty()) return ask_ops(ops, {"GET", path_of(id), ""});
  const SystemClock clock;
  auto store = open_counters(place.config, IfAbsent::refuse, clock);
  if (!store) return std::unexpected(store.error());
  const auto record = (*store)->read(place.config.counter(id), clock.now());
  if (!record) return store_failed(record.error());
  if (!*record) return fail("there is no counter {}", id.text());
  return ops::to_json(id, **record);
}

Result<void> check_health(const CounterPlace& place) {
  const bool table = std::holds_alternative<store::dynamodb::Address>(place.config.store);
  const std::string ops = table && !place.ops ? http::text(place.config.ops_listen) : ops_of_owner(place);
  if (ops.empty()) return fail("no server runs on {}; `serve` starts one", text(place.config.store));
  if (auto answer = ask_ops(ops, {"GET", "/readyz", ""}); !answer) return std::unexpected(answer.error());
  return {};
}

Result<std::string> set_counter(const CounterPlace& place, const CounterId& id, const ops::Correction& correction) {
  if (const std::string ops = ops_of_owner(place); !ops.empty()) {
    return ask_ops(ops, {"PUT", path_of(id), ops::to_json(correction)});
  }
  const SystemClock clock;
  auto store = open_counters(place.config, IfAbsent::create, clock);
  if (!store) return std::unexpected(store.error());
  const counter::Counter counter = place.config.counter(id);
  if (!correction.expected) {
    const auto record = (*store)->set(counter, correction.count, clock.now());
    if (!record) return store_failed(record.error());
    return ops::to_json(id, *record);
  }
  const auto record = (*store)->set_if(counter, *correction.expected, correction.count, clock.now());
  if (!record) return store_failed(record.error());
  if (!*record) return fail("{}", ops::unexpected_count(id, *correction.expected, record->error()));
  return ops::to_json(id, **record);
}

}  // namespace vc::app
