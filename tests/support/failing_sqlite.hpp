// SQLite without memory, or on a disk that fails, in this process: for tests of what a store makes of it.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <limits>

namespace vc::tests {

/// While it lives, an allocation of SQLite's can be made to fail.
/// Requires: no connection is open when it begins and when it ends. Thread: one at a time. Lifetime: not two at once.
class FailingMemory final {
 public:
  FailingMemory() {
    left = std::numeric_limits<int>::max();
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
    sqlite3_mem_methods failing = real;
    failing.xMalloc = [](int bytes) { return --left == 0 ? nullptr : real.xMalloc(bytes); };
    failing.xRealloc = [](void* old, int bytes) { return --left == 0 ? nullptr : real.xRealloc(old, bytes); };
    sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
  }
  FailingMemory(const FailingMemory&) = delete;
  FailingMemory& operator=(const FailingMemory&) = delete;
  ~FailingMemory() {
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_MALLOC, &real);
  }

  /// The `nth` from now on fails, and it alone.
  void fail(int nth) { left = nth; }

  /// Whether it has failed yet.
  bool has_failed() const { return left <= 0; }

 private:
  static inline sqlite3_mem_methods real;
  static inline int left = 0;
};

/// While it lives, SQLite's reads or writes of files fail, from the `nth` on.
/// Thread: one at a time. Lifetime: not two at once.
class FailingDisk final {
 public:
  enum class Calls { reads, writes };

  FailingDisk(Calls calls, int code, int nth = 1) {
    left = nth;
    error = code;
    const bool reads = calls == Calls::reads;
    const auto fake =
        reads ? reinterpret_cast<sqlite3_syscall_ptr>(&read) : reinterpret_cast<sqlite3_syscall_ptr>(&write);
    for (const char* name : {reads ? "pread" : "pwrite", reads ? "pread64" : "pwrite64"}) {
      vfs_->xSetSystemCall(vfs_, name, fake);
    }
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;
  ~FailingDisk() { vfs_->xSetSystemCall(vfs_, nullptr, nullptr); }

  /// Whether it has failed yet.
  bool has_failed() const { return left <= 0; }

 private:
  static bool fails() {
    errno = error;
    return --left <= 0;
  }
  static ssize_t read(int file, void* to, std::size_t bytes, off_t at) {
    return fails() ? -1 : ::pread(file, to, bytes, at);
  }
  static ssize_t write(int file, const void* from, std::size_t bytes, off_t at) {
    return fails() ? -1 : ::pwrite(file, from, bytes, at);
  }

  sqlite3_vfs* vfs_ = sqlite3_vfs_find(nullptr);
  static inline int left = 0;
  static inline int error = 0;
};

}  // namespace vc::tests
