#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <system_error>

namespace vc {

FileDescriptor duplicate(int fd) { return FileDescriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

std::string errno_text(int error) { return std::generic_category().message(error); }

Result<std::string> read_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail("cannot open {}: {}", path, errno_text());
  return read_all(file.get(), path, SIZE_MAX);
}

Result<std::string> read_input(const std::string& path, std::size_t bytes_max) {
  if (path == "-") return read_all(STDIN_FILENO, "standard input", bytes_max);
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail("cannot open {}: {}", path, errno_text());
  return read_all(file.get(), path, bytes_max);
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

namespace {

Result<void> write_durably(const std::string& path, std::string_view bytes) {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file) return fail("cannot create {}: {}", path, errno_text());
  while (!bytes.empty()) {
    const ssize_t size = ::write(file.get(), bytes.data(), bytes.size());
    if (size < 0) return fail("cannot write {}: {}", path, errno_text());
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  if (::fsync(file.get()) != 0) return fail("cannot write {}: {}", path, errno_text());
  return {};
}

Result<void> sync_directory_of(const std::string& path) {
  const std::string directory = std::filesystem::absolute(path).parent_path();
  const FileDescriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened && ::fsync(opened.get()) == 0) return {};
  return fail("cannot make {} durable: {}", path, errno_text());
}

}  // namespace

Result<void> replace_file(const std::string& path, std::string_view content) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  if (auto written = write_durably(draft, content); !written) return written;
  if (::rename(draft.c_str(), path.c_str()) != 0) return fail("cannot replace {}: {}", path, errno_text());
  return sync_directory_of(path);
}

// The draft's name is taken away by a later try. A link, other than a renaming, replaces nothing.
Result<void> write_new_file(const std::string& path, std::string_view bytes) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  auto written = write_durably(draft, bytes);
  if (written && ::link(draft.c_str(), path.c_str()) != 0) {
    written = fail("cannot create {}: {}", path, errno_text());
  }
  ::unlink(draft.c_str());
  return written ? sync_directory_of(path) : written;
}

}  // namespace vc
