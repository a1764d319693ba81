#include "store/sqlite/owner_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <charconv>
#include <chrono>
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

Result<void> append(int file, std::string_view text) {
  errno = 0;
  const ssize_t written = ::write(file, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) return fail("cannot write the lock file: {}", errno_text());
  return {};
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

Result<OwnerLock> OwnerLock::take(const std::filesystem::path& store_file) {
  const std::string path = lock_path(store_file);
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, S_IRUSR | S_IWUSR));
  if (!file) return fail("cannot open {}: {}", path, errno_text());
  if (!lock_within(file.get(), limits::owner_wait)) {
    if (errno != EWOULDBLOCK) return fail("cannot lock {}: {}", path, errno_text());
    return fail("{} is in use by process {}; stop that one first, or choose another --store", store_file.string(),
                read_note(path).pid);
  }
  if (::ftruncate(file.get(), 0) != 0) return fail("cannot write {}: {}", path, errno_text());
  if (auto written = append(file.get(), fmt::format("pid {}\n", ::getpid())); !written) {
    return std::unexpected(written.error());
  }
  return OwnerLock(std::move(file));
}

std::optional<Owner> OwnerLock::owner(const std::filesystem::path& store_file) {
  const std::string path = lock_path(store_file);
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::flock(file.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return std::nullopt;
  return read_note(path);
}

Result<void> OwnerLock::announce_ops(std::string_view address) {
  return append(file_.get(), fmt::format("ops {}\n", address));
}

}  // namespace vc::store::sqlite
