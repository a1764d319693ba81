#include "telemetry/emf.hpp"

#include <fmt/compile.h>

namespace vc::telemetry {

std::string emf_line(const InvocationMetrics& metrics, WallTime now) {
  const auto micros = metrics.latency.count();
  return fmt::format(
      FMT_COMPILE(R"({{"_aws":{{"Timestamp":{},"CloudWatchMetrics":[{{"Namespace":"VisitorCounter",)"
                  R"("Dimensions":[["Stage","Route"]],"Metrics":[)"
                  R"({{"Name":"Visits","Unit":"Count"}},{{"Name":"HandlerErrors","Unit":"Count"}},)"
                  R"({{"Name":"StoreRetries","Unit":"Count"}},{{"Name":"AmbiguousWrites","Unit":"Count"}},)"
                  R"({{"Name":"Latency","Unit":"Milliseconds"}}]}}]}},"Stage":"{}","Route":"{}","Visits":{},)"
                  R"("HandlerErrors":{},"StoreRetries":{},"AmbiguousWrites":{},"Latency":{}.{:03},)"
                  R"("function_request_id":"{}"}})"
                  "\n"),
      now.time_since_epoch().count(), metrics.stage, metrics.route, metrics.visits, metrics.handler_errors,
      metrics.store_retries, metrics.ambiguous_writes, micros / 1000, micros % 1000, metrics.request_id);
}

}  // namespace vc::telemetry
