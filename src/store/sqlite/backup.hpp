// A store's file as it is now, and a backup in its place again.
#pragma once

#include <filesystem>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/sqlite/database.hpp"

namespace vc::store::sqlite {

/// The bytes of an SQLite file with all that is committed. Cost: twice its size in memory.
SqlResult<std::string> copy_of(Database& database);

/// Puts a backup where the store's file is, once it has been found to be a whole store. The file that was there is
/// kept, with its log, under the name that is given back; empty: there was none. Whenever this is cut off, the next
/// start finds the old store, the new one, or says that the file is gone.
/// Errors: a process has the store, the backup is none or is damaged, the disk.
Result<std::filesystem::path> restore(const std::filesystem::path& backup, const std::filesystem::path& file,
                                      WallTime now);

}  // namespace vc::store::sqlite
