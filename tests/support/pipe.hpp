// A pipe for tests of what is written to a descriptor.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "base/file.hpp"

namespace vc::tests {

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;

  Pipe() {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    read_end = FileDescriptor(ends[0]);
    write_end = FileDescriptor(ends[1]);
  }

  /// Everything up to the end, which comes when the write end is closed.
  std::string rest() const {
    std::string all;
    char piece[4096];
    for (ssize_t size = 0; (size = ::read(read_end.get(), piece, sizeof piece)) > 0;) {
      all.append(piece, static_cast<std::size_t>(size));
    }
    return all;
  }
};

}  // namespace vc::tests
