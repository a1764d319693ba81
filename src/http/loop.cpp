#include "http/loop.hpp"

#include <boost/asio/post.hpp>

#include "limits.hpp"

namespace vc::http {

void Loop::post(std::function<void()> action) { asio::post(context_, std::move(action)); }

void Loop::finish() {
  post([this] { work_.reset(); });
}

// What is posted runs behind all that is ready now; meanwhile the sockets are looked at again, for the next round.
void Loop::go_round(std::size_t gathered_before) {
  asio::post(context_, [this, gathered_before] {
    if (gathered_ > gathered_before && gathered_ < limits::gathered_max) return go_round(gathered_);
    gathered_ = 0;
    for (const auto& action : end_of_turn_) action();
  });
}

void Loop::line_up(Resume resume) {
  if (lined_up_.empty()) asio::post(context_, [this] { resume_all(); });
  lined_up_.push_back(resume);
}

// Those that line up meanwhile are resumed the next time.
void Loop::resume_all() {
  resuming_.swap(lined_up_);
  for (const Resume& resume : resuming_) resume();
  resuming_.clear();
}

}  // namespace vc::http
