// Time that passes while a store waits, as something that is handed in: tests step it.
#pragma once

#include <chrono>
#include <thread>

#include "aws/http.hpp"

namespace vc::store::dynamodb {

using aws::SteadyTime;

class Timeline {
 public:
  Timeline() = default;
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;
  virtual ~Timeline() = default;

  virtual SteadyTime now() const = 0;
  virtual void wait(std::chrono::milliseconds time) = 0;
};

class RealTimeline final : public Timeline {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  void wait(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }
};

}  // namespace vc::store::dynamodb
