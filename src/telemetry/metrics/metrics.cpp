#include "telemetry/metrics/metrics.hpp"

namespace vc::telemetry {

void SiteTotals::add(const SiteMetrics& thread) {
  for (std::size_t route = 0; route < route_count; ++route) {
    for (std::size_t status = 0; status < status_class_count; ++status) {
      requests[route][status] += thread.requests_[route][status].value();
    }
    durations[route] += thread.durations_[route].read();
  }
  for (std::size_t why = 0; why < refusals.size(); ++why) refusals[why] += thread.refusals_[why].value();
  for (std::size_t traffic = 0; traffic < visits.size(); ++traffic) {
    for (std::size_t outcome = 0; outcome < outcome_names.size(); ++outcome) {
      visits[traffic][outcome] += thread.visits_[traffic][outcome].value();
    }
  }
}

Metrics::Metrics(std::size_t io_threads) {
  for (std::size_t i = 0; i < io_threads; ++i) sites_.push_back(std::make_unique<SiteMetrics>());
}

SiteTotals Metrics::sites() const {
  SiteTotals totals;
  for (const auto& site : sites_) totals.add(*site);
  return totals;
}

}  // namespace vc::telemetry
