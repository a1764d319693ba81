#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command_line.hpp"

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
  return vc::app::run(argc, argv, environ);
}
