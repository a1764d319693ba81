// SQLite's handles as owners, and its result codes as values. SQLite's functions are called in this folder only.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vc::store::sqlite {

/// SQLite's words as one line of printable ASCII: of a damaged file they may carry any bytes, in any number.
std::string one_line(std::string_view words);

/// A result code that is no success, with SQLite's own words for it.
struct Failure {
  int code = SQLITE_OK;  // extended
  std::string message;   // one line

  int primary() const { return code & 0xFF; }
};

template <class T>
using SqlResult = Result<T, Failure>;

/// A prepared statement. Parameters are numbered from 1, columns from 0. Lifetime: ends before its database.
class Statement final {
 public:
  Statement() = default;  // of no use until one is moved into it
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::string_view value);  // borrowed until the statement is reset
  Statement& bind(int parameter, std::optional<std::int64_t> value);

  /// True: a row is there to read. False: done.
  SqlResult<bool> step();
  /// Runs to the end and resets, also after an error. Requires: it gives no more rows.
  SqlResult<void> run();
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// One connection, used by one thread at a time.
class Database final {
 public:
  static SqlResult<Database> open(const std::string& path);

  SqlResult<Statement> prepare(std::string_view sql);
  /// Runs statements that give no rows, or whose rows nobody needs.
  SqlResult<void> execute(const char* sql);
  /// The first column of the first row.
  SqlResult<std::int64_t> integer(std::string_view sql);
  SqlResult<std::string> text(std::string_view sql);

  /// Rows that the last statement wrote.
  int changes() const { return sqlite3_changes(handle_.get()); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  sqlite3* handle() const { return handle_.get(); }

  /// Leaves the handle open for ever: closing a database after an I/O error would write to it.
  void abandon() { (void)handle_.release(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  SqlResult<Statement> first_row(std::string_view sql);

  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace vc::store::sqlite
