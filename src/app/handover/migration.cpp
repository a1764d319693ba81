#include "app/handover/migration.hpp"

#include <chrono>
#include <utility>

#include "store/sqlite/store.hpp"

namespace vc::app {

Result<OpenStore> open_alone(House& house) {
  auto store = open_store(house.config(), house.clock, std::exchange(house.lock, FileDescriptor()));
  if (!store) return store;
  const auto migrated = migrate(*store, house.log);
  if (!migrated && store->store->broken() != nullptr) {
    return fail("the store broke ({}); start again to recover from the disk", migrated.error().detail);
  }
  return store;
}

counter::StoreResult<void> migrate(OpenStore& store, telemetry::Log& log) {
  store::SqliteStore& file = *file_store(store);
  const int before = file.schema();
  const auto began = std::chrono::steady_clock::now();
  const auto migrated = file.migrate();
  if (!migrated) {
    log.error("schema not migrated", {{"schema", before}, {"reason", migrated.error().detail}});
  } else if (file.schema() != before) {
    const auto took = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    log.info("schema migrated", {{"before", before}, {"schema", file.schema()}, {"milliseconds", took.count()}});
  }
  return migrated;
}

}  // namespace vc::app
