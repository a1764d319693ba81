#include "store/sqlite/database.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "limits.hpp"

namespace vc::store::sqlite {
namespace {

/// Of a handle that is null SQLite says that there was no memory.
std::unexpected<Failure> failure(sqlite3* handle) {
  return std::unexpected(Failure{sqlite3_extended_errcode(handle), one_line(sqlite3_errmsg(handle))});
}

void check_bound(int code) { check(code == SQLITE_OK, "a statement's parameter exists and fits"); }

}  // namespace

std::string one_line(std::string_view words) {
  std::string line(words.substr(0, limits::store_words_bytes_max));
  std::ranges::replace(line, '\n', ' ');
  std::ranges::replace_if(line, [](char byte) { return byte < ' ' || byte > '~'; }, '?');
  return line;
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  check_bound(sqlite3_bind_int64(handle_.get(), parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view value) {
  check_bound(sqlite3_bind_text(handle_.get(), parameter, value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind(int parameter, std::optional<std::int64_t> value) {
  if (value) return bind(parameter, *value);
  check_bound(sqlite3_bind_null(handle_.get(), parameter));
  return *this;
}

SqlResult<bool> Statement::step() {
  switch (sqlite3_step(handle_.get())) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: return false;
    default: return failure(sqlite3_db_handle(handle_.get()));
  }
}

SqlResult<void> Statement::run() {
  const SqlResult<bool> row = step();
  reset();
  if (!row) return std::unexpected(row.error());
  check(!*row, "a statement that is run gives no more rows");
  return {};
}

// The error that sqlite3_reset repeats has been reported by step.
void Statement::reset() { sqlite3_reset(handle_.get()); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  return text != nullptr ? text : "";
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

SqlResult<Database> Database::open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database(handle);
  if (code != SQLITE_OK) return failure(handle);
  // What is refused is left as it is: only a store that counts folds its log into the file, and says so itself.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return database;
}

SqlResult<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return failure(handle_.get());
  return Statement(statement);
}

SqlResult<void> Database::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure(handle_.get());
  return {};
}

SqlResult<Statement> Database::first_row(std::string_view sql) {
  SqlResult<Statement> statement = prepare(sql);
  if (!statement) return statement;
  const SqlResult<bool> row = statement->step();
  if (!row) return std::unexpected(row.error());
  check(*row, "this query always has a row");
  return statement;
}

SqlResult<std::int64_t> Database::integer(std::string_view sql) {
  const SqlResult<Statement> row = first_row(sql);
  if (!row) return std::unexpected(row.error());
  return row->integer(0);
}

SqlResult<std::string> Database::text(std::string_view sql) {
  const SqlResult<Statement> row = first_row(sql);
  if (!row) return std::unexpected(row.error());
  return row->text(0);
}

}  // namespace vc::store::sqlite
