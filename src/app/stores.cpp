#include "app/stores.hpp"

#include <unistd.h>

#include "base/environment.hpp"
#include "store/dynamodb/open.hpp"
#include "store/memory/store.hpp"
#include "store/sqlite/store.hpp"

namespace vc::app {
namespace {

/// Of a store that no other command needs a server for.
Result<void> announce_nothing(std::string_view /*ops_address*/) { return {}; }

std::filesystem::path true_path(const std::filesystem::path& file) {
  std::error_code ignored;  // opening it will say why
  return std::filesystem::weakly_canonical(std::filesystem::absolute(file, ignored), ignored);
}

/// Opens the store of each kind.
struct Opener {
  const Config& config;
  const Clock& clock;
  FileDescriptor& lock;

  Result<OpenStore> operator()(const MemoryStoreUri& /*uri*/) const {
    return OpenStore{
        .store = std::make_unique<store::MemoryStore>(), .announce_ops = announce_nothing, .usage_file = {}};
  }

  Result<OpenStore> operator()(const SqliteStoreUri& uri) const {
    auto opened = store::SqliteStore::open(uri.file, store::SqliteStore::IfAbsent::create, std::move(lock));
    if (!opened) return std::unexpected(opened.error());
    store::SqliteStore& store = **opened;
    return OpenStore{.store = std::move(*opened),
                     .announce_ops = [&store](std::string_view address) { return store.announce_ops(address); },
                     .usage_file = true_path(uri.file).string() + ".usage"};
  }

  Result<OpenStore> operator()(const store::dynamodb::Address& address) const {
    auto opened = store::dynamodb::open(address, read_environment(environ), clock, config.production_counter());
    if (!opened) return std::unexpected(opened.error());
    return OpenStore{.store = std::move(*opened), .announce_ops = announce_nothing, .usage_file = {}};
  }
};

}  // namespace

Result<OpenStore> open_store(const Config& config, const Clock& clock) {
  return open_store(config, clock, FileDescriptor());
}

Result<OpenStore> open_store(const Config& config, const Clock& clock, FileDescriptor lock) {
  return std::visit(Opener{config, clock, lock}, config.store);
}

store::SqliteStore* file_store(const OpenStore& store) { return dynamic_cast<store::SqliteStore*>(store.store.get()); }

FileDescriptor close_store(OpenStore store) {
  store::SqliteStore* const file = file_store(store);
  if (file == nullptr) return {};
  (void)store.store.release();
  return store::SqliteStore::close(std::unique_ptr<store::SqliteStore>(file));
}

std::optional<std::filesystem::path> store_file(const StoreUri& uri) {
  const auto* sqlite = std::get_if<SqliteStoreUri>(&uri);
  return sqlite == nullptr ? std::nullopt : std::optional(true_path(sqlite->file));
}

std::string text(const StoreUri& uri) {
  if (const auto* sqlite = std::get_if<SqliteStoreUri>(&uri)) return "sqlite:" + sqlite->file.string();
  if (const auto* table = std::get_if<store::dynamodb::Address>(&uri)) return store::dynamodb::text(*table);
  return "memory:";
}

std::string_view kind(const StoreUri& uri) {
  if (std::holds_alternative<SqliteStoreUri>(uri)) return "sqlite";
  return std::holds_alternative<store::dynamodb::Address>(uri) ? "dynamodb" : "memory";
}

}  // namespace vc::app
