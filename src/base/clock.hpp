// Time, as something that is handed in: tests step it.
#pragma once

#include <chrono>
#include <ctime>

namespace vc {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

class Clock {
 public:
  virtual ~Clock() = default;

  /// UTC. May jump in either direction. Thread: any.
  virtual WallTime now() const = 0;
};

/// The kernel's clock of the last tick: a few milliseconds behind, and four times cheaper to read than the exact one.
class SystemClock final : public Clock {
 public:
  WallTime now() const override {
    timespec time{};
    (void)::clock_gettime(CLOCK_REALTIME_COARSE, &time);
    return WallTime(std::chrono::seconds(time.tv_sec) +
                    std::chrono::floor<std::chrono::milliseconds>(std::chrono::nanoseconds(time.tv_nsec)));
  }
};

/// Stands still until it is moved. Thread: one.
class SteppedClock final : public Clock {
 public:
  explicit SteppedClock(WallTime start) : now_(start) {}

  WallTime now() const override { return now_; }
  void step(std::chrono::milliseconds by) { now_ += by; }

 private:
  WallTime now_;
};

}  // namespace vc
