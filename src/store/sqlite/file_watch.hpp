// Whether the files that a store has open are still the ones that their names lead to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace vc::store::sqlite {

/// What is written to a file that was renamed, deleted or replaced is lost for the next start, and SQLite does not
/// look. Cost of a look: one statx(2) a file, about a microsecond.
class FileWatch final {
 public:
  /// Watches the file that has this name now. Errors: there is none.
  Result<void> add(const std::filesystem::path& file);

  /// What happened to the first file that is no longer there under its name; nullopt if all are.
  /// Requires: whoever watches holds the files open, so that their inodes are not given to others.
  std::optional<std::string> moved() const;

 private:
  struct Identity {
    std::uint32_t device_major;
    std::uint32_t device_minor;
    std::uint64_t inode;
    bool operator==(const Identity&) const = default;
  };
  struct Watched {
    std::string path;
    Identity identity;
  };
  static std::optional<Identity> identity(const std::string& path);

  std::vector<Watched> files_;
};

}  // namespace vc::store::sqlite
