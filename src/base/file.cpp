#include "base/file.hpp"

#include <fcntl.h>

#include <array>
#include <system_error>

namespace vc {

std::string errno_text(int error) { return std::generic_category().message(error); }

Result<std::string> read_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail("cannot open {}: {}", path, errno_text());
  std::string content;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t size = ::read(file.get(), piece.data(), piece.size());
    if (size < 0) return fail("cannot read {}: {}", path, errno_text());
    if (size == 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace vc
