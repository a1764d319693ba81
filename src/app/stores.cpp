#include "app/stores.hpp"

#include "store/memory/store.hpp"
#include "store/sqlite/store.hpp"

namespace vc::app {

Result<OpenStore> open_store(const StoreUri& uri) {
  const auto* sqlite = std::get_if<SqliteStoreUri>(&uri);
  if (sqlite == nullptr) {
    return OpenStore{std::make_unique<store::MemoryStore>(), [](std::string_view) { return Result<void>{}; }};
  }
  auto opened = store::SqliteStore::open(sqlite->file, store::SqliteStore::IfAbsent::create);
  if (!opened) return std::unexpected(opened.error());
  store::SqliteStore& store = **opened;
  return OpenStore{std::move(*opened), [&store](std::string_view address) { return store.announce_ops(address); }};
}

std::string text(const StoreUri& uri) {
  const auto* sqlite = std::get_if<SqliteStoreUri>(&uri);
  return sqlite != nullptr ? "sqlite:" + sqlite->file.string() : "memory:";
}

}  // namespace vc::app
