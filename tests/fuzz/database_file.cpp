// Bytes as a store's file and its write-ahead log: opened, read, counted on, opened again.
//
// Input: a letter, then bytes. `F` a file; `W` a log beside a good file; `B` two bytes that are the size of the file,
// the file, its log; `E` edits of a good file with a log behind it, each two bytes of place (little-endian) and one of
// value. Beliefs: it is refused with one line and left as it is, or it counts on from a number that can be one; nothing
// hangs.

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "base/file.hpp"
#include "fuzz/fuzzing.hpp"
#include "limits.hpp"
#include "store/sqlite/store.hpp"
#include "support/abandoned_connection.hpp"
#include "support/temporary_directory.hpp"

namespace vc::fuzz {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using counter::Addition;
using counter::Count;
using counter::Counter;
using counter::CounterId;
using counter::Outcome;
using store::SqliteStore;

struct Files {
  std::string database;
  std::string wal;
};

class Directory {
 public:
  fs::path store() const { return directory_ / "visits.db"; }
  fs::path wal() const { return directory_ / "visits.db-wal"; }

  void put(const Files& files) const {
    std::ofstream(store(), std::ios::binary) << files.database;
    fs::remove(wal());
    if (!files.wal.empty()) std::ofstream(wal(), std::ios::binary) << files.wal;
  }
  Files get() const { return {read_file(store().string()).value_or(""), read_file(wal().string()).value_or("")}; }

 private:
  tests::TemporaryDirectory directory_{tests::TemporaryDirectory::Where::memory};
};

constexpr Count visits_in_file = 1;
constexpr Count visits_in_log = 2;

/// A single byte of a good file was changed, or anything may stand there.
enum class Origin { one_edit, anything };

constexpr WallTime now = std::chrono::sys_days{2026y / 11 / 22} + 18h + 40min;
const Counter main_counter{*CounterId::parse("main_counter")};

Addition add(SqliteStore& store, std::uint64_t visits) {
  std::array batch = {Addition{.counter = &main_counter, .visits = visits}};
  store.add(batch, now);
  return batch[0];
}

/// As a crash leaves them: one visit in the file, two in the log.
Files good_files(const Directory& directory) {
  directory.put({});
  fs::remove(directory.store());
  add(**SqliteStore::open(directory.store(), SqliteStore::IfAbsent::create), visits_in_file);
  const auto store = *SqliteStore::open(directory.store(), SqliteStore::IfAbsent::create);
  add(*store, visits_in_log);
  return directory.get();
}

void edit(Files& files, std::string_view edits) {
  for (; edits.size() >= 3; edits.remove_prefix(3)) {
    const std::size_t place = static_cast<unsigned char>(edits[0]) + 256U * static_cast<unsigned char>(edits[1]);
    if (place < files.database.size()) {
      files.database[place] = edits[2];
    } else if (place - files.database.size() < files.wal.size()) {
      files.wal[place - files.database.size()] = edits[2];
    }
  }
}

Files made_from(std::string_view input, const Files& good) {
  Files files = good;
  switch (take_byte(input)) {
    case 'F': return {std::string(input), ""};
    case 'W': files.wal = input; break;
    case 'B': {
      const std::size_t low = take_byte(input);
      const std::size_t size = low + std::size_t{256} * take_byte(input);
      files = {std::string(input.substr(0, size)), std::string(input.substr(std::min(size, input.size())))};
      break;
    }
    default: edit(files, input); break;
  }
  return files;
}

/// One that broke has left its connection to us, any other has closed it.
void end(std::unique_ptr<SqliteStore> store, tests::AbandonedConnection& connection) {
  const bool broken = store->broken() != nullptr;
  store.reset();
  if (broken) {
    connection.close();
  } else {
    connection.forget();
  }
}

/// The number a store has; nothing if it says that it cannot read it.
std::optional<Count> number(SqliteStore& store) {
  const auto record = store.read(main_counter, now);
  if (!record) {
    check(is_one_line(record.error().detail), "a store says in one line what broke it");
    return std::nullopt;
  }
  const Count count = *record ? (*record)->visit_count : 0;
  check(count <= limits::count_max, "a count is a number of visits");
  return count;
}

/// Counts on, and gives what the file must say from then on; nothing if it may say either.
std::optional<Count> count_on(SqliteStore& store, Origin origin) {
  const auto before = number(store);
  const bool right = !before || *before == visits_in_file || *before == visits_in_file + visits_in_log;
  check(right || origin == Origin::anything, "a byte that flipped does not change a number");
  const Addition added = add(store, 3);
  check((added.outcome == Outcome::counted) == added.error.detail.empty(), "what is not counted has a reason");
  if (added.outcome == Outcome::counted) {
    check(before && added.count_after == *before + 3, "three visits are three");
    check(number(store) == added.count_after, "what was counted is there");
    return added.count_after;
  }
  return added.outcome == Outcome::not_counted ? before : std::nullopt;
}

/// The count after the use, where there is no doubt about it.
std::optional<Count> use(const Directory& directory, const Files& files, Origin origin) {
  tests::AbandonedConnection connection;
  auto store = SqliteStore::open(directory.store(), SqliteStore::IfAbsent::refuse);
  if (!store) {
    check(is_one_line(store.error().message), "a file is refused with one line");
    check(directory.get().database == files.database, "what is refused is left as it is");
    return std::nullopt;
  }
  auto expected = count_on(**store, origin);
  if ((*store)->broken() != nullptr) expected.reset();
  end(std::move(*store), connection);
  return expected;
}

void use_again(const Directory& directory, Count expected) {
  tests::AbandonedConnection connection;
  auto store = SqliteStore::open(directory.store(), SqliteStore::IfAbsent::refuse);
  check(store.has_value(), "a store that counted opens again");
  check(number(**store) == expected, "what was counted stays");
  end(std::move(*store), connection);
}

}  // namespace
}  // namespace vc::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vc::fuzz;
  static const Directory directory;
  static const Files good = good_files(directory);
  const std::string_view input = text_of(data, size);
  const Files files = made_from(input, good);
  const Origin origin = input.size() == 4 && input.starts_with('E') ? Origin::one_edit : Origin::anything;
  directory.put(files);
  if (const auto count = use(directory, files, origin)) use_again(directory, *count);
  return 0;
}
