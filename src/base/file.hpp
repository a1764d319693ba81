// File descriptors as owners.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace vc {

class FileDescriptor final {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const { return fd_; }
  /// Whose it then is, is the caller's affair.
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Another descriptor of the same file. Empty: there can be none, errno says why.
FileDescriptor duplicate(int fd);

/// What errno says, as words.
std::string errno_text(int error = errno);

/// The whole file. Errors: cannot be opened or read.
Result<std::string> read_file(const std::string& path);

/// A new file, durable, for its owner alone: whole under its name, or not there. Errors: it is there already, or cannot
/// be written.
Result<void> write_new_file(const std::string& path, std::string_view bytes);

/// The file, or standard input, which is called `-`. Errors: cannot be read, longer than that.
Result<std::string> read_input(const std::string& path, std::size_t bytes_max);

/// All that comes until the end. The name is for the errors: cannot be read, longer than that.
Result<std::string> read_all(int fd, const std::string& name, std::size_t bytes_max);

/// Puts a file with this content, mode 0600, in the place of whatever is there: durable when it returns, and whole or
/// not at all whenever the machine stops. A draft lies beside it meanwhile.
Result<void> replace_file(const std::string& path, std::string_view content);

}  // namespace vc
