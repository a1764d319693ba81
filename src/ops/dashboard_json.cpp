#include "ops/dashboard_json.hpp"

#include <boost/json.hpp>

#include "base/time_text.hpp"
#include "function/function.hpp"
#include "limits.hpp"
#include "ops/history_json.hpp"

namespace vc::ops {

namespace json = boost::json;

namespace {

json::string text(std::string_view words) { return json::string(words.data(), words.size()); }

/// Each name with its number.
template <class Names, class Numbers>
json::object named(const Names& names, const Numbers& numbers) {
  json::object object;
  for (std::size_t i = 0; i < names.size(); ++i) object[{names[i].data(), names[i].size()}] = numbers[i];
  return object;
}

json::object store_json(const DashboardFigures& figures) {
  const telemetry::Present& present = figures.present;
  json::object store{{"kind", text(present.store)},
                     {"trouble", nullptr},
                     {"queued", present.queued_visits},
                     {"queued_max", present.queued_visits_max}};
  if (!figures.record) store["trouble"] = text(function::public_words(figures.record.error().fault));
  return store;
}

json::object traffic_json(const telemetry::TrafficFigures& traffic) {
  json::array rates;
  for (const double rate : traffic.requests_per_steps) rates.push_back(rate);
  return {{"looked_back", traffic.looked_back.count()},
          {"step", std::chrono::duration<double>(limits::traffic_step).count()},
          {"rate", traffic.requests_per_second},
          {"rates", std::move(rates)},
          {"answered", traffic.answered},
          {"p50", traffic.p50_seconds},
          {"p95", traffic.p95_seconds},
          {"p99", traffic.p99_seconds}};
}

json::object listeners_json(const telemetry::Present& present) {
  json::object listeners;
  for (const telemetry::Listener& listener : present.listeners) {
    listeners[{listener.name.data(), listener.name.size()}] =
        json::array{listener.connections, listener.connections_max};
  }
  return listeners;
}

json::value total_json(const DashboardFigures& figures) {
  if (!figures.record) return nullptr;
  return *figures.record ? (*figures.record)->visit_count : 0;
}

}  // namespace

std::string to_json(const DashboardFigures& figures) {
  constexpr auto production = static_cast<std::size_t>(std::to_underlying(telemetry::Traffic::production));
  const std::chrono::duration<double> started = figures.present.started.time_since_epoch();
  return json::serialize(json::object{{"time", text(view(rfc3339(figures.time)))},
                                      {"started", started.count()},
                                      {"version", text(figures.present.version)},
                                      {"total", total_json(figures)},
                                      {"today", figures.today ? hours_json(*figures.today) : nullptr},
                                      {"store", store_json(figures)},
                                      {"visits", named(telemetry::outcome_names, figures.totals.visits[production])},
                                      {"refusals", named(telemetry::refusal_names, figures.totals.refusals)},
                                      {"traffic", traffic_json(figures.traffic)},
                                      {"listeners", listeners_json(figures.present)},
                                      {"log_lines_dropped", figures.present.log_lines_dropped}});
}

}  // namespace vc::ops
