// The files of a store before SQLite opens them.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace vc::store::sqlite {

/// The write-ahead log of a store's file.
inline std::filesystem::path log_of(const std::filesystem::path& file) { return file.string() + "-wal"; }

/// Creates the store's file with its schema, mode 0600, whole or not at all. Requires: it does not exist.
Result<void> create_store_file(const std::filesystem::path& file);

/// Makes the next open see what is on the disk, not what the page cache believes: after a failed write the kernel keeps
/// pages that are readable and will never be written.
Result<void> forget_cached_pages(const std::filesystem::path& file);

/// Makes the directory's entries durable.
Result<void> sync_directory(const std::filesystem::path& directory);

}  // namespace vc::store::sqlite
