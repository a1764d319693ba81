#include "telemetry/metrics/exposition.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "telemetry/metrics/families.hpp"
#include "telemetry/metrics/process.hpp"

namespace vc::telemetry {
namespace {

/// Escapes what a label's value may not have as it stands.
std::string label_value(std::string_view text) {
  std::string value;
  for (const char c : text) {
    if (c == '\\' || c == '"') value += '\\';
    value += c == '\n' ? std::string_view("\\n") : std::string_view(&c, 1);
  }
  return value;
}

class Writer final {
 public:
  void begin(const Family& family) {
    name_ = family.name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name_, family.help, name_,
                   name(family.type));
  }

  template <class Number>
  void sample(std::string_view labels, Number value) {
    line("", labels, "", value);
  }
  template <class Number>
  void sample(Number value) {
    line("", "", "", value);
  }

  template <const auto& Edges>
  void histogram(std::string_view labels, const Distribution<Edges>& values) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < Edges.at_most.size(); ++i) {
      below += values.buckets[i];
      line("_bucket", labels, fmt::format(R"(le="{}")", static_cast<double>(Edges.at_most[i]) * Edges.unit), below);
    }
    line("_bucket", labels, R"(le="+Inf")", values.count());
    line("_sum", labels, "", static_cast<double>(values.sum) * Edges.unit);
    line("_count", labels, "", values.count());
  }

  std::string take() { return std::move(text_); }

 private:
  template <class Number>
  void line(std::string_view suffix, std::string_view labels, std::string_view more, Number value) {
    const auto out = std::back_inserter(text_);
    fmt::format_to(out, "{}{}", name_, suffix);
    if (!labels.empty() || !more.empty()) {
      fmt::format_to(out, "{{{}{}{}}}", labels, labels.empty() || more.empty() ? "" : ",", more);
    }
    fmt::format_to(out, " {}\n", value);
  }

  std::string_view name_;
  std::string text_;
};

constexpr std::array<std::string_view, route_count> route_labels = {
    R"(method="GET",route="/counter")", R"(method="OPTIONS",route="/counter")", R"(method="GET",route="/health")",
    R"(method="OPTIONS",route="/health")", R"(method="any",route="none")"};

constexpr std::array<std::string_view, status_class_count> status_labels = {"2xx", "4xx", "5xx"};

void write_requests(Writer& to, const SiteTotals& sites) {
  to.begin(families::requests);
  for (std::size_t route = 0; route < route_count; ++route) {
    for (std::size_t status = 0; status < status_class_count; ++status) {
      to.sample(fmt::format(R"({},status="{}")", route_labels[route], status_labels[status]),
                sites.requests[route][status]);
    }
  }
  to.begin(families::request_duration);
  for (std::size_t route = 0; route < route_count; ++route) to.histogram(route_labels[route], sites.durations[route]);
  to.begin(families::refusals);
  for (std::size_t why = 0; why < refusal_names.size(); ++why) {
    to.sample(fmt::format(R"(type="{}")", refusal_names[why]), sites.refusals[why]);
  }
}

void write_visits(Writer& to, const SiteTotals& sites) {
  to.begin(families::visits);
  for (std::size_t traffic = 0; traffic < traffic_names.size(); ++traffic) {
    for (std::size_t outcome = 0; outcome < outcome_names.size(); ++outcome) {
      to.sample(fmt::format(R"(traffic="{}",outcome="{}")", traffic_names[traffic], outcome_names[outcome]),
                sites.visits[traffic][outcome]);
    }
  }
}

void write_store(Writer& to, const StoreMetrics& store, const Present& present) {
  to.begin(families::store_up);
  to.sample(store.last_call_succeeded.load(std::memory_order_relaxed) ? 1 : 0);
  to.begin(families::commit_duration);
  to.histogram("", store.commit_durations.read());
  to.begin(families::commit_visits);
  to.histogram("", store.visits_per_commit.read());
  to.begin(families::store_errors);
  for (std::size_t fault = 0; fault < fault_names.size(); ++fault) {
    to.sample(fmt::format(R"(kind="{}")", fault_names[fault]), store.errors[fault].value());
  }
  to.begin(families::queued_visits);
  to.sample(present.queued_visits);
  to.begin(families::queued_visits_max);
  to.sample(present.queued_visits_max);
}

void write_listeners(Writer& to, const std::vector<Listener>& listeners) {
  const auto each = [&](const Family& family, std::uint64_t Listener::* figure) {
    to.begin(family);
    for (const Listener& listener : listeners) {
      to.sample(fmt::format(R"(listener="{}")", listener.name), listener.*figure);
    }
  };
  each(families::connections, &Listener::connections);
  each(families::connections_max, &Listener::connections_max);
}

void write_process(Writer& to, WallTime started) {
  const ProcessFigures figures = process_figures();
  const auto one = [&](const Family& family, auto value) {
    to.begin(family);
    to.sample(value);
  };
  one(families::cpu_seconds, figures.cpu_seconds);
  one(families::resident_bytes, figures.resident_bytes);
  one(families::virtual_bytes, figures.virtual_bytes);
  one(families::open_descriptors, figures.open_descriptors);
  one(families::descriptors_max, figures.descriptors_max);
  one(families::start_time, std::chrono::duration<double>(started.time_since_epoch()).count());
}

}  // namespace

// In the order of the list.
std::string exposition(const Metrics& metrics, const Present& present) {
  Writer to;
  const SiteTotals sites = metrics.sites();
  write_requests(to, sites);
  write_visits(to, sites);
  write_store(to, metrics.store(), present);
  write_listeners(to, present.listeners);
  to.begin(families::log_lines_dropped);
  to.sample(present.log_lines_dropped);
  to.begin(families::build_info);
  to.sample(fmt::format(R"(version="{}",store="{}")", label_value(present.version), label_value(present.store)), 1);
  write_process(to, present.started);
  return to.take();
}

}  // namespace vc::telemetry
