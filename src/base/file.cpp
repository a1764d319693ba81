#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <filesystem>
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

Result<void> replace_file(const std::string& path, std::string_view content) {
  const std::string draft = path + ".new";
  {
    const FileDescriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file) return fail("cannot create {}: {}", draft, errno_text());
    while (!content.empty()) {
      const ssize_t written = ::write(file.get(), content.data(), content.size());
      if (written < 0) return fail("cannot write {}: {}", draft, errno_text());
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fdatasync(file.get()) != 0) return fail("cannot make {} durable: {}", draft, errno_text());
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) return fail("cannot replace {}: {}", path, errno_text());
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const FileDescriptor entries(::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!entries || ::fsync(entries.get()) != 0) return fail("cannot make {} durable: {}", path, errno_text());
  return {};
}

}  // namespace vc
