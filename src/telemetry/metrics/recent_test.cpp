#include "telemetry/metrics/recent.hpp"

#include <gtest/gtest.h>

#include "limits.hpp"

namespace vc::telemetry {
namespace {

using namespace std::chrono_literals;

class RecentTrafficTest : public testing::Test {
 protected:
  void answer(int requests, std::chrono::milliseconds duration, Route route = Route::count) {
    for (int i = 0; i < requests; ++i) metrics_.site(0).answered(route, 200, duration);
  }
  void look_after(std::chrono::seconds time) {
    now_ += time;
    recent_.look(metrics_.sites(), now_);
  }

  Metrics metrics_{1};
  RecentTraffic recent_;
  RecentTraffic::Time now_;
};

TEST_F(RecentTrafficTest, IsNothingAtFirst) {
  EXPECT_EQ(recent_.figures().requests_per_second, 0);
  look_after(0s);
  EXPECT_EQ(recent_.figures().requests_per_second, 0);
  EXPECT_TRUE(recent_.figures().requests_per_steps.empty());
}

TEST_F(RecentTrafficTest, TellsTheRateOfEachStepAndOfTheLastMinute) {
  look_after(0s);
  answer(600, 1ms);
  look_after(60s);
  answer(5, 1ms);
  look_after(5s);
  look_after(55s);
  const TrafficFigures figures = recent_.figures();
  EXPECT_EQ(figures.requests_per_steps, (std::vector<double>{10, 1, 0}));
  EXPECT_DOUBLE_EQ(figures.requests_per_second, 5.0 / 60);
  EXPECT_EQ(figures.looked_back, 120s);
}

TEST_F(RecentTrafficTest, TellsPercentilesOfWhatHasComeWhileItLooked) {
  answer(1'000, 5'000ms);
  look_after(0s);
  answer(99, 2ms);
  answer(1, 400ms);
  answer(1'000, 9'000ms, Route::none);
  look_after(5s);
  const TrafficFigures figures = recent_.figures();
  EXPECT_EQ(figures.answered, 100U);
  EXPECT_GT(figures.p50_seconds, 0.001);
  EXPECT_LE(figures.p95_seconds, 0.0025);
  EXPECT_LE(figures.p99_seconds, 0.5);
}

TEST_F(RecentTrafficTest, ForgetsWhatIsOld) {
  for (std::size_t i = 0; i < 2 * limits::traffic_steps_max; ++i) look_after(5s);
  EXPECT_EQ(recent_.figures().requests_per_steps.size(), limits::traffic_steps_max);
}

}  // namespace
}  // namespace vc::telemetry
