// The store that the configuration names.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/config/config.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/result.hpp"
#include "counter/full_store.hpp"

namespace vc::store {
class SqliteStore;
}

namespace vc::app {

/// A store for `serve`. An SQLite file is created if it is absent, a table is not.
struct OpenStore {
  std::unique_ptr<counter::FullStore> store;
  std::function<Result<void>(std::string_view ops_address)> announce_ops;  // for the commands of other processes
  std::optional<std::filesystem::path> usage_file;  // its owner's: what keys have used of their quotas
};

/// Keys and region of AWS come from the environment of the process. Lifetime: the clock outlives the store.
Result<OpenStore> open_store(const Config& config, const Clock& clock);

/// The same under the lock of the file that another process has given away.
Result<OpenStore> open_store(const Config& config, const Clock& clock, FileDescriptor lock);

/// The same store; nullptr: it is in no file.
store::SqliteStore* file_store(const OpenStore& store);

/// Closes it, and gives the lock of its file, if it has one.
FileDescriptor close_store(OpenStore store);

/// Where the file of the store is, whatever links lead to it. nullopt: it is in no file.
std::optional<std::filesystem::path> store_file(const StoreUri& uri);

/// `sqlite:/var/lib/visitor-counter/visits.db`
std::string text(const StoreUri& uri);

/// `sqlite`, `dynamodb` or `memory`.
std::string_view kind(const StoreUri& uri);

}  // namespace vc::app
