#include "app/serve/watchdog.hpp"

#include <utility>

#include "limits.hpp"

namespace vc::app {

Watchdog::Watchdog(ServiceManager& manager, http::Loop& first, counter::Desk& desk, std::vector<http::Loop*> others)
    : manager_(manager), first_(first), desk_(desk), others_(std::move(others)), timer_(first.executor()) {}

// At once: a hand-over may have taken its time.
void Watchdog::start() {
  if (!manager_.watchdog()) return;
  first_.post([this] {
    if (!stopped_) ask();
  });
}

void Watchdog::stop() {
  stopped_ = true;
  timer_.cancel();
}

void Watchdog::wait() {
  timer_.expires_after(*manager_.watchdog() / limits::watchdog_signs);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error && !stopped_) ask();
  });
}

// Who does not answer is never asked again: nobody is told that we are alive.
void Watchdog::ask() {
  silent_ = others_.size() + 1;
  for (http::Loop* other : others_) {
    other->post([this] { first_.post([this] { heard(); }); });
  }
  errand_.emplace([](WallTime) {});
  desk_.send(*errand_, {[](void* self) { static_cast<Watchdog*>(self)->heard(); }, this});
}

void Watchdog::heard() {
  if (--silent_ != 0 || stopped_) return;
  if (!errand_->refused) manager_.alive();
  wait();
}

}  // namespace vc::app
