#include "store/sqlite/owner_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <charconv>
#include <thread>

#include "limits.hpp"

namespace vc::store::sqlite {
namespace {

std::string lock_path(const std::filesystem::path& store_file) { return store_file.string() + ".lock"; }

/// The value of the line `key value`, or nothing.
std::string_view value_of(std::string_view note, std::string_view key) {
  const auto start = note.find(key);
  if (start == std::string_view::npos) return {};
  const std::string_view value = note.substr(start + key.size());
  return value.substr(0, value.find('\n'));
}

Owner read_note(const std::string& path) {
  const std::string note = read_file(path).value_or("");
  Owner owner;
  const std::string_view pid = value_of(note, "pid ");
  std::from_chars(pid.data(), pid.data() + pid.size(), owner.pid);
  owner.ops = value_of(note, "ops ");
  return owner;
}

// In one piece: whoever reads meanwhile finds the old note or the new one.
Result<void> write_note(int file, const Owner& owner) {
  std::string note = fmt::format("pid {}\n", owner.pid);
  if (!owner.ops.empty()) note += fmt::format("ops {}\n", owner.ops);
  errno = 0;
  const ssize_t written = ::pwrite(file, note.data(), note.size(), 0);
  const auto size = static_cast<off_t>(note.size());
  if (written != size || ::ftruncate(file, size) != 0) return fail("cannot write the lock file: {}", errno_text());
  return {};
}

bool is_same_file(int one, const std::string& path) {
  struct stat a{};
  struct stat b{};
  return ::fstat(one, &a) == 0 && ::stat(path.c_str(), &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// A command that looks at the store holds the lock for a moment: whoever comes then waits for it.
bool lock_within(int file, std::chrono::milliseconds patience) {
  const auto give_up_at = std::chrono::steady_clock::now() + patience;
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() >= give_up_at) return false;
    std::this_thread::sleep_for(limits::owner_look_again);
  }
  return true;
}

}  // namespace

Result<OwnerLock> OwnerLock::take(const std::filesystem::path& store_file, std::chrono::milliseconds patience) {
  const std::string path = lock_path(store_file);
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file) return fail("cannot open {}: {}", path, errno_text());
  if (!lock_within(file.get(), patience)) {
    if (errno != EWOULDBLOCK) return fail("cannot lock {}: {}", path, errno_text());
    return fail("{} is in use by process {}; stop that one first, or choose another --store", store_file.string(),
                read_note(path).pid);
  }
  if (auto written = write_note(file.get(), {.pid = ::getpid(), .ops = {}}); !written) {
    return std::unexpected(written.error());
  }
  return OwnerLock(std::move(file));
}

// Its ops listener comes with it, and is where it was.
Result<OwnerLock> OwnerLock::inherit(const std::filesystem::path& store_file, FileDescriptor lock) {
  const std::string path = lock_path(store_file);
  if (!is_same_file(lock.get(), path)) return fail("what was handed over is not {}", path);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return fail("cannot lock {}: {}", path, errno_text());
  const Owner owner{.pid = ::getpid(), .ops = read_note(path).ops};
  if (auto written = write_note(lock.get(), owner); !written) return std::unexpected(written.error());
  return OwnerLock(std::move(lock));
}

std::optional<Owner> OwnerLock::owner(const std::filesystem::path& store_file) {
  const std::string path = lock_path(store_file);
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::flock(file.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return std::nullopt;
  return read_note(path);
}

Result<void> OwnerLock::announce_ops(std::string_view address) {
  return write_note(file_.get(), {.pid = ::getpid(), .ops = std::string(address)});
}

}  // namespace vc::store::sqlite
