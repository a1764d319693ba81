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

/// Where the file is, whatever links lead to it.
std::filesystem::path usage_file_of(const std::filesystem::path& store_file) {
  std::error_code ignored;  // the store has been opened
  return std::filesystem::weakly_canonical(std::filesystem::absolute(store_file, ignored), ignored).string() + ".usage";
}

/// Opens the store of each kind.
struct Opener {
  const Config& config;
  const Clock& clock;

  Result<OpenStore> operator()(const MemoryStoreUri& /*uri*/) const {
    return OpenStore{
        .store = std::make_unique<store::MemoryStore>(), .announce_ops = announce_nothing, .usage_file = {}};
  }

  Result<OpenStore> operator()(const SqliteStoreUri& uri) const {
    auto opened = store::SqliteStore::open(uri.file, store::SqliteStore::IfAbsent::create);
    if (!opened) return std::unexpected(opened.error());
    store::SqliteStore& store = **opened;
    return OpenStore{.store = std::move(*opened),
                     .announce_ops = [&store](std::string_view address) { return store.announce_ops(address); },
                     .usage_file = usage_file_of(uri.file)};
  }

  Result<OpenStore> operator()(const store::dynamodb::Address& address) const {
    auto opened = store::dynamodb::open(address, read_environment(environ), clock, config.production_counter());
    if (!opened) return std::unexpected(opened.error());
    return OpenStore{.store = std::move(*opened), .announce_ops = announce_nothing, .usage_file = {}};
  }
};

}  // namespace

Result<OpenStore> open_store(const Config& config, const Clock& clock) {
  return std::visit(Opener{config, clock}, config.store);
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
