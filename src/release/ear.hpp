// Waiting on a loop for what a descriptor brings.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "http/loop.hpp"

namespace vc::release {

/// Thread: the loop's. Lifetime: the loop outlives it; it outlives its waits.
class Ear final {
 public:
  /// The descriptor stays the caller's.
  Ear(http::Loop& loop, int descriptor);
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;
  ~Ear() = default;

  /// Until there is something to read, or the other end is closed, or `close`. Where no descriptor was left to hear
  /// with, limits::accept_pause: reading says whether anything has come.
  http::Awaitable<void> wait();

  /// Ends the wait, and all further ones.
  void close();

 private:
  boost::asio::posix::basic_stream_descriptor<http::Executor> descriptor_;
  http::Timer pause_;
  bool deaf_ = false;
};

}  // namespace vc::release
