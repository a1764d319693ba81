// How far a long command has come, for whoever watches its terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace vc::app {

/// One line on standard error, written anew now and then and gone in the end; nothing at all where that is no terminal.
class Progress final {
 public:
  /// Lifetime: the words outlive it.
  explicit Progress(std::string_view what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void at(std::size_t done);

 private:
  const std::string_view what_;
  const bool watched_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace vc::app
