#include <nss.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "app/lambda/lambda.hpp"

int main() {
  // The modules that the C library has in itself, whatever the host's nsswitch.conf names: a static program cannot load
  // others.
  __nss_configure_lookup("hosts", "files dns");
  (void)std::signal(SIGPIPE, SIG_IGN);
  try {
    return vc::app::run_lambda(vc::read_environment(environ));
  } catch (const std::exception& reason) {  // a library's: ours throw none
    (void)std::fprintf(stderr, "bootstrap: %s\n", reason.what());
    return EXIT_FAILURE;
  }
}
