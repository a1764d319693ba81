#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "app/commands/command_line.hpp"

namespace {

/// A file opened as descriptor 0, 1 or 2 would be written to by whatever prints.
void fill_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) == -1) ::open("/dev/null", O_RDWR);
  }
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_descriptors();
  ::umask(S_IRWXG | S_IRWXO);  // what we write is the owner's
  try {
    return vc::app::run(argc, argv, environ);
  } catch (const std::exception& reason) {  // a library's: ours throw none
    (void)std::fprintf(stderr, "visitor-counter: %s\n", reason.what());
    return EXIT_FAILURE;
  }
}
