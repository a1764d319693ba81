#include "store/sqlite/file_watch.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.hpp"

namespace vc::store::sqlite {

std::optional<FileWatch::Identity> FileWatch::identity(const std::string& path) {
  // Only what is needed: who has asked for a file's times makes the kernel note them anew at each write (multigrain
  // timestamps, Linux 6.13), and the log is written at each commit.
  struct statx status{};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO, &status) != 0) return std::nullopt;
  return Identity{.device_major = status.stx_dev_major, .device_minor = status.stx_dev_minor, .inode = status.stx_ino};
}

Result<void> FileWatch::add(const std::filesystem::path& file) {
  const auto found = identity(file.string());
  if (!found) return fail("cannot look at {}: {}", file.string(), errno_text());
  files_.push_back({.path = file.string(), .identity = *found});
  return {};
}

std::optional<std::string> FileWatch::moved() const {
  for (const Watched& file : files_) {
    const auto found = identity(file.path);
    if (!found) return fmt::format("{} was renamed or deleted while it was in use", file.path);
    if (*found != file.identity) return fmt::format("{} was replaced while it was in use", file.path);
  }
  return std::nullopt;
}

}  // namespace vc::store::sqlite
