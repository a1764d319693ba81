// A directory of a test's own, gone with all that is in it when the test is over.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/check.hpp"

namespace vc::tests {

class TemporaryDirectory final {
 public:
  /// In memory a flush costs nothing; where there is no file system in memory, it is on the disk.
  enum class Where { disk, memory };

  explicit TemporaryDirectory(Where where = Where::disk) {
    const std::filesystem::path memory = "/dev/shm";
    const bool in_memory = where == Where::memory && std::filesystem::is_directory(memory);
    std::string name = (in_memory ? memory : std::filesystem::temp_directory_path()) / "visitor-counter-XXXXXX";
    check(::mkdtemp(name.data()) != nullptr, "a directory can be made");
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace vc::tests
