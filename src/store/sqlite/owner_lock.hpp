// One process owns a store's file: it holds a lock on `FILE.lock`, and writes there who it is.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "base/result.hpp"
#include "limits.hpp"

namespace vc::store::sqlite {

/// What the lock file says of the process that holds it: a line `pid N`, and if it has one, `ops ADDRESS:PORT`.
struct Owner {
  pid_t pid = 0;
  std::string ops;
};

/// Held until destroyed, and never longer than the process lives (flock(2)).
class OwnerLock final {
 public:
  /// Waits so long for whoever has it for a moment. Errors: another process holds it (its pid is named), or the file
  /// cannot be made.
  static Result<OwnerLock> take(const std::filesystem::path& store_file,
                                std::chrono::milliseconds patience = limits::owner_wait);

  /// One that another process has held and has given away (SCM_RIGHTS): the very lock, which nobody could take in
  /// between. Errors: it is no lock of this file, or another has it.
  static Result<OwnerLock> inherit(const std::filesystem::path& store_file, FileDescriptor lock);

  /// Who owns the store's file now; nullopt if nobody does.
  static std::optional<Owner> owner(const std::filesystem::path& store_file);

  /// Tells other processes where this one's ops listener is.
  Result<void> announce_ops(std::string_view address);

  /// For another process, which inherits it. The lock is held until all who have the descriptor have closed it.
  FileDescriptor give() && { return std::move(file_); }

 private:
  explicit OwnerLock(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
};

}  // namespace vc::store::sqlite
