// A file that is never on a disk, for readers that want a path.
#pragma once

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/file.hpp"

namespace vc::fuzz {

class MemoryFile final {
 public:
  void write(std::string_view text) const {
    const bool written = ::ftruncate(file_.get(), 0) == 0 &&
                         ::pwrite(file_.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    check(written, "a file in memory can be written");
  }
  std::string path() const { return fmt::format("/proc/self/fd/{}", file_.get()); }

 private:
  FileDescriptor file_{::memfd_create("fuzz", MFD_CLOEXEC)};
};

}  // namespace vc::fuzz
