#include "http/loop.hpp"

#include <boost/asio/post.hpp>

#include "limits.hpp"

namespace vc::http {

void Loop::run() {
  while (context_.run_one() != 0) {
    int handlers = 1;
    while (handlers < limits::handlers_per_turn_max && context_.poll_one() != 0) ++handlers;
    for (const auto& action : end_of_turn_) action();
  }
}

void Loop::post(std::function<void()> action) { asio::post(context_, std::move(action)); }

void Loop::finish() {
  post([this] { work_.reset(); });
}

}  // namespace vc::http
