#include "telemetry/emf.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace vc::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr WallTime time_of_test = std::chrono::sys_days{2026y / 11 / 22} + 123ms;

boost::json::value parsed_line() {
  const std::string line = emf_line({.stage = "blue",
                                     .route = "/counter",
                                     .request_id = "c0a8",
                                     .visits = 1,
                                     .handler_errors = 2,
                                     .store_retries = 3,
                                     .ambiguous_writes = 4,
                                     .latency = 12034us},
                                    time_of_test);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  return boost::json::parse(line);
}

TEST(Emf, HasEveryMetricAtItsRoot) {
  const auto line = parsed_line();
  const auto& directive = line.at_pointer("/_aws/CloudWatchMetrics/0");
  EXPECT_EQ(directive.at("Namespace"), "VisitorCounter");
  EXPECT_EQ(boost::json::serialize(directive.at("Dimensions")), R"([["Stage","Route"]])");
  for (const auto& metric : directive.at("Metrics").as_array()) {
    EXPECT_TRUE(line.at(metric.at("Name").as_string()).is_number()) << metric;
  }
  EXPECT_EQ(directive.at("Metrics").as_array().size(), 5);
  EXPECT_EQ(line.at_pointer("/_aws/Timestamp"), time_of_test.time_since_epoch().count());
}

TEST(Emf, SaysWhatWasMeasured) {
  const auto line = parsed_line();
  EXPECT_EQ(line.at("Stage"), "blue");
  EXPECT_EQ(line.at("Route"), "/counter");
  EXPECT_EQ(line.at("Visits"), 1);
  EXPECT_EQ(line.at("HandlerErrors"), 2);
  EXPECT_EQ(line.at("StoreRetries"), 3);
  EXPECT_EQ(line.at("AmbiguousWrites"), 4);
  EXPECT_DOUBLE_EQ(line.at("Latency").as_double(), 12.034);
  EXPECT_EQ(line.at("function_request_id"), "c0a8");
}

}  // namespace
}  // namespace vc::telemetry
