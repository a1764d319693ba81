#include "release/ear.hpp"

#include "base/file.hpp"
#include "limits.hpp"

namespace vc::release {

Ear::Ear(http::Loop& loop, int descriptor) : descriptor_(loop.executor()), pause_(loop.executor()) {
  boost::system::error_code ignored;
  descriptor_.assign(duplicate(descriptor).release(), ignored);
  deaf_ = !descriptor_.is_open();
}

http::Awaitable<void> Ear::wait() {
  if (deaf_) {
    pause_.expires_after(limits::accept_pause);
    (void)co_await pause_.async_wait(http::as_result);
    co_return;
  }
  (void)co_await descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read, http::as_result);
}

void Ear::close() {
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  pause_.cancel();
}

}  // namespace vc::release
