// One I/O thread's event loop, and what is done at the end of each of its turns.
#pragma once

#include <boost/asio/detail/concurrency_hint.hpp>

#include <functional>
#include <optional>
#include <vector>

#include "http/asio.hpp"

namespace vc::http {

/// Thread: the one that calls `run`, except where said.
class Loop final {
 public:
  // One thread runs the loop and touches its sockets, so that the reactor needs no locks; others only post.
  Loop() : context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO), work_(context_.get_executor()) {}

  Executor executor() { return context_.get_executor(); }

  /// Called after each turn: everything the kernel had ready has been handled, now what gathered goes out in one piece.
  void at_end_of_turn(std::function<void()> action) { end_of_turn_.push_back(std::move(action)); }

  /// Runs until `finish`, and then until nothing is pending.
  void run();

  /// Thread: any.
  void post(std::function<void()> action);
  void finish();

 private:
  asio::io_context context_;
  std::optional<asio::executor_work_guard<Executor>> work_;
  std::vector<std::function<void()>> end_of_turn_;
};

}  // namespace vc::http
