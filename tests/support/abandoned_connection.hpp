// The SQLite connection that a broken store leaves open on purpose, for tests that must not leak it.
#pragma once

#include <sqlite3.h>

#include <utility>

namespace vc::tests {

/// Notes the connection that is opened next, or last, and closes it. Make one before the store, and end it after the
/// store, which must have broken: a store that did not has closed its connection by itself.
/// Thread: one at a time, that which opens the store. Lifetime: not two at once.
class AbandonedConnection final {
 public:
  AbandonedConnection() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&note)); }
  AbandonedConnection(const AbandonedConnection&) = delete;
  AbandonedConnection& operator=(const AbandonedConnection&) = delete;
  ~AbandonedConnection() { close(); }

  /// The connection, while it is open.
  sqlite3* handle() const { return last; }

  /// For a store that did not break after all: its connection is closed already.
  void forget() { last = nullptr; }

  void close() {
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&note));
    sqlite3_close_v2(std::exchange(last, nullptr));
  }

 private:
  static int note(sqlite3* opened, const char** /*error*/, const void* /*functions*/) {
    last = opened;
    return SQLITE_OK;
  }

  static inline sqlite3* last = nullptr;
};

}  // namespace vc::tests
