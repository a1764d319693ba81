#include "release/ear.hpp"

#include <fcntl.h>

namespace vc::release {

Ear::Ear(http::Loop& loop, int descriptor) : descriptor_(loop.executor()) {
  boost::system::error_code ignored;  // without a descriptor every wait ends at once, and reading says why
  descriptor_.assign(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0), ignored);
}

http::Awaitable<void> Ear::wait() {
  (void)co_await descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read, http::as_result);
}

void Ear::close() {
  boost::system::error_code ignored;
  descriptor_.close(ignored);
}

}  // namespace vc::release
