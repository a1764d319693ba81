// One I/O thread's event loop, and what is done at the end of each of its turns.
#pragma once

#include <boost/asio/detail/concurrency_hint.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "base/resume.hpp"
#include "http/asio.hpp"
#include "http/suspend.hpp"

namespace vc::http {

/// Thread: the one that calls `run`, except where said.
class Loop final {
 public:
  // One thread runs the loop and touches its sockets, so that the reactor needs no locks; others only post.
  Loop() : context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO), work_(context_.get_executor()) {}

  Executor executor() { return context_.get_executor(); }

  /// Called at the end of each turn in which something has gathered: now it goes out in one piece.
  void at_end_of_turn(std::function<void()> action) { end_of_turn_.push_back(std::move(action)); }

  /// Something has gathered that goes out at the end of this turn: when all that was ready has been handled and has
  /// brought no more, or when limits::gathered_max have come together.
  void gathered() {
    if (gathered_++ == 0) go_round(0);
  }

  /// Suspends until all that is ready now has run.
  auto behind_the_others() {
    return suspend([this](Resume resume) { line_up(resume); });
  }

  /// Runs until `finish`, and then until nothing is pending.
  void run() { context_.run(); }

  /// Thread: any.
  void post(std::function<void()> action);
  void finish();

 private:
  void go_round(std::size_t gathered_before);
  void line_up(Resume resume);
  void resume_all();

  asio::io_context context_;
  std::optional<asio::executor_work_guard<Executor>> work_;
  std::vector<std::function<void()>> end_of_turn_;
  std::size_t gathered_ = 0;  // in this turn
  std::vector<Resume> lined_up_;
  std::vector<Resume> resuming_;
};

}  // namespace vc::http
