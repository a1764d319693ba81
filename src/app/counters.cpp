#include "app/counters.hpp"

#include "app/ops_client.hpp"
#include "app/stores.hpp"
#include "ops/record_json.hpp"
#include "store/sqlite/store.hpp"

namespace vc::app {

using counter::Count;
using counter::CounterId;
using store::SqliteStore;

namespace {

std::string path_of(const CounterId& id) { return "/counters/" + id.text(); }

/// The ops listener of the server that has the store; empty if the store is ours to open.
std::string ops_of_owner(const CounterPlace& place) {
  if (place.ops) return http::text(*place.ops);
  const auto* sqlite = std::get_if<SqliteStoreUri>(&place.config.store);
  if (sqlite == nullptr) return http::text(place.config.ops_listen);  // what is in memory is in the server's
  const auto owner = SqliteStore::owner(sqlite->file);
  return owner ? owner->ops : "";  // an owner without a listener is another command, and soon done
}

Result<std::unique_ptr<SqliteStore>> open(const Config& config, SqliteStore::IfAbsent if_absent) {
  return SqliteStore::open(std::get<SqliteStoreUri>(config.store).file, if_absent);
}

std::unexpected<Error> failed(const counter::StoreError& error) { return fail("the store failed: {}", error.detail); }

}  // namespace

Result<std::string> get_counter(const CounterPlace& place, const CounterId& id) {
  if (const std::string ops = ops_of_owner(place); !ops.empty()) return ask_ops(ops, {"GET", path_of(id), ""});
  auto store = open(place.config, SqliteStore::IfAbsent::refuse);
  if (!store) return std::unexpected(store.error());
  const auto record = (*store)->read(place.config.counter(id), SystemClock().now());
  if (!record) return failed(record.error());
  if (!*record) return fail("there is no counter {}", id.text());
  return ops::to_json(id, **record);
}

Result<void> check_health(const CounterPlace& place) {
  const std::string ops = ops_of_owner(place);
  if (ops.empty()) return fail("no server runs on {}; `serve` starts one", text(place.config.store));
  if (auto answer = ask_ops(ops, {"GET", "/readyz", ""}); !answer) return std::unexpected(answer.error());
  return {};
}

Result<std::string> set_counter(const CounterPlace& place, const CounterId& id, Count count) {
  if (const std::string ops = ops_of_owner(place); !ops.empty()) {
    return ask_ops(ops, {"PUT", path_of(id), fmt::format(R"({{"visit_count": {}}})", count)});
  }
  auto store = open(place.config, SqliteStore::IfAbsent::create);
  if (!store) return std::unexpected(store.error());
  const auto record = (*store)->set(place.config.counter(id), count, SystemClock().now());
  if (!record) return failed(record.error());
  return ops::to_json(id, *record);
}

}  // namespace vc::app
