// What the programs of the bench share: they end at the first error, and wait for many sockets at once.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "base/file.hpp"

namespace vc::bench {

/// The result of a system call; ends the program if it failed.
template <class T>
T need(T result, const char* what) {
  if (result < 0) {
    std::perror(what);
    std::exit(EXIT_FAILURE);
  }
  return result;
}

/// Sockets to read from. Thread: one.
class Poll final {
 public:
  void add(int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    need(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  }

  /// Those that can be read; `timeout_ms` -1 waits for ever. None also where strace has interrupted the call. Valid
  /// until the next call.
  std::span<const epoll_event> wait(int timeout_ms = -1) {
    const int count = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), timeout_ms);
    if (count < 0 && errno == EINTR) return {};
    return std::span(events_).first(static_cast<std::size_t>(need(count, "epoll_wait")));
  }

 private:
  const FileDescriptor epoll_{need(::epoll_create1(0), "epoll_create1")};
  std::array<epoll_event, 512> events_{};
};

}  // namespace vc::bench
