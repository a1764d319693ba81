#include "base/file.hpp"

#include <fcntl.h>

#include <array>
#include <cstdint>
#include <system_error>

namespace vc {

std::string errno_text(int error) { return std::generic_category().message(error); }

Result<std::string> read_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail("cannot open {}: {}", path, errno_text());
  return read_all(file.get(), path, SIZE_MAX);
}

Result<std::string> read_all(int fd, const std::string& name, std::size_t bytes_max) {
  std::string content;
  std::array<char, std::size_t{32} * 1024> piece;
  for (;;) {
    const ssize_t size = ::read(fd, piece.data(), piece.size());
    if (size < 0) return fail("cannot read {}: {}", name, errno_text());
    if (size == 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(size));
    if (content.size() > bytes_max) return fail("{} is larger than {} bytes", name, bytes_max);
  }
}

}  // namespace vc
