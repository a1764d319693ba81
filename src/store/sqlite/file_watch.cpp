#include "store/sqlite/file_watch.hpp"

#include <sys/stat.h>

#include "base/file.hpp"

namespace vc::store::sqlite {

std::optional<FileWatch::Identity> FileWatch::identity(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Identity{.device = status.st_dev, .inode = status.st_ino};
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
