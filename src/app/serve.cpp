#include "app/serve.hpp"

#include <sys/resource.h>
#include <unistd.h>
#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <ranges>
#include <thread>
#include <utility>
#include <vector>

#include "app/labels.hpp"
#include "app/listeners.hpp"
#include "app/monitoring.hpp"
#include "app/public_site.hpp"
#include "app/service_manager.hpp"
#include "app/stores.hpp"
#include "app/tls.hpp"
#include "app/usage_file.hpp"
#include "app/version.hpp"
#include "app/watchdog.hpp"
#include "counter/store_driver.hpp"
#include "http/server.hpp"
#include "limits.hpp"
#include "ops/ops_site.hpp"
#include "telemetry/metrics/measured_store.hpp"

namespace vc::app {
namespace {

using function::Traffic;
using http::Acceptor;
using http::Loop;

namespace asio = boost::asio;

/// As many descriptors as the connections need, if the system allows it.
void raise_descriptor_limit(const Config& config, telemetry::Log& log) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const auto listeners = static_cast<std::size_t>(config.preview_listen ? 2 : 1);
  const std::size_t turned_away_max = static_cast<std::size_t>(config.threads) * limits::turned_away_max;
  const std::size_t wanted = listeners * (config.connections_max + turned_away_max) + limits::other_descriptors;
  if (limit.rlim_max >= wanted) return;
  log.warn("the limit of open files is below connections-max",
           {{"limit", static_cast<std::int64_t>(limit.rlim_max)}, {"wanted", static_cast<std::int64_t>(wanted)}});
}

telemetry::Log::Options log_options(const Config& config) {
  const bool text =
      config.log_format == LogStyle::text || (config.log_format == LogStyle::automatic && ::isatty(STDERR_FILENO) == 1);
  return {.fd = STDERR_FILENO,
          .format = text ? telemetry::LogFormat::text : telemetry::LogFormat::json,
          .level = config.log_level,
          .buffer_bytes_max = limits::log_buffer_bytes_max};
}

http::ServerOptions public_options(const Config& config, std::shared_ptr<const http::CurrentTls> tls) {
  return {.connections_max = config.connections_max,
          .header_deadline = config.header_timeout,
          .idle_deadline = config.idle_timeout,
          .body_bytes_max = limits::body_bytes_max,
          .bodies = http::RequestParser::Bodies::discard,
          .tls = std::move(tls)};
}

http::ServerOptions ops_options(const Config& config) {
  return {.connections_max = limits::ops_connections_max,
          .header_deadline = config.header_timeout,
          .idle_deadline = config.idle_timeout,
          .body_bytes_max = limits::ops_body_bytes_max,
          .bodies = http::RequestParser::Bodies::keep};
}

gateway::Moment moment(const Clock& clock) { return {.steady = std::chrono::steady_clock::now(), .wall = clock.now()}; }

PublicApi public_api(const Config& config, gateway::Limiter& limiter) {
  return {.gateway = gateway::Gateway(config.base_paths, &limiter),
          .function = config.function(),
          .stage = config.stage,
          .log_clients = config.log_clients};
}

std::string address_of(const Acceptor& acceptor) {
  boost::system::error_code ignored;
  return http::text(acceptor.local_endpoint(ignored));
}

/// One I/O thread: its loop, its desk, its share of the listeners.
class Worker final {
 public:
  Worker(counter::StoreDriver& driver, telemetry::Log& log, telemetry::SiteMetrics& metrics, const Clock& clock)
      : clock_(clock),
        desk_(driver, [this] { loop_.post([this] { desk_.deliver(); }); }),
        log_(log, clock),
        metrics_(metrics) {
    loop_.at_end_of_turn([this] {
      desk_.flush();
      log_.flush();
    });
  }

  Loop& loop() { return loop_; }
  counter::Desk& desk() { return desk_; }

  void serve(Acceptor acceptor, const PublicApi& api, Traffic traffic, const http::ServerOptions& options) {
    sites_.push_back(std::make_unique<PublicSite>(api, traffic, desk_, log_, metrics_, clock_));
    servers_.push_back(std::make_unique<http::Server>(loop_, std::move(acceptor), *sites_.back(), clock_, options));
    servers_.back()->start();
  }

  /// Thread: any. Calls `drained` once for each listener.
  void stop(const std::function<void()>& drained) {
    loop_.post([this, drained] {
      for (const auto& server : servers_) server->stop(drained);
    });
  }

  std::size_t listeners() const { return servers_.size(); }

 private:
  const Clock& clock_;
  Loop loop_;
  counter::Desk desk_;
  telemetry::TurnLog log_;
  telemetry::SiteMetrics& metrics_;
  std::vector<std::unique_ptr<PublicSite>> sites_;
  std::vector<std::unique_ptr<http::Server>> servers_;
};

/// What to try next, for people.
std::string invitation(const Config& config, std::string_view listen, std::string_view ops) {
  const std::string site = fmt::format("{}://{}", config.has_tls() ? "https" : "http", listen);
  return fmt::format(
      "\n"
      "  visitor-counter {}, stage {}, counts in {}\n"
      "\n"
      "    count a visit   curl {}/counter\n"
      "    is it healthy   curl {}/health\n"
      "    look at it      visitor-counter get --ops-listen {}\n"
      "    watch it        http://{}/dashboard\n"
      "    stop it         Ctrl-C\n"
      "\n",
      version, config.stage, text(config.store), site, site, ops, ops);
}

class Service final {
 public:
  Service(const Configuration& configuration, ReadConfiguration read_again, ServiceManager manager, OpenStore store,
          telemetry::Log& log, const Clock& clock)
      : config_(configuration.config),
        manager_(std::move(manager)),
        log_(log),
        clock_(clock),
        limiter_(config_.rules, moment(clock)),
        api_(public_api(config_, limiter_)),
        store_(std::move(store)),
        usage_file_(store_.usage_file, limiter_, log),
        metrics_(static_cast<std::size_t>(config_.threads)),
        monitoring_(config_, metrics_, log, clock),
        measured_store_(*store_.store, metrics_.store()),
        driver_(measured_store_, clock,
                {.queued_visits_max = config_.queued_visits_max, .queued_reads_max = limits::queued_reads_max},
                store_events()) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(config_.threads); ++i) {
      workers_.push_back(std::make_unique<Worker>(driver_, log, metrics_.site(i), clock));
    }
    Loop& first = workers_.front()->loop();
    signals_.emplace(first.executor());
    reloader_.emplace(first, configuration, std::move(read_again), log, manager_);
    reloader_->add([this](const Config& fresh) -> Result<std::function<void()>> {
      return [this, rules = fresh.rules]() mutable {
        rules.stage = config_.stage;
        limiter_.change(std::move(rules), moment(clock_));
        usage_file_.rules_changed();
      };
    });
  }

  Result<void> run() {
    await_signals();
    if (auto began = usage_file_.start(); !began) return began;
    if (auto started = start(); !started) return started;
    run_loops();
    driver_.stop();
    usage_file_.stop();
    store_.store.reset();
    log_.info("stopped");
    if (broken_) return fail("the store broke ({}); start again to recover from the disk", broken_->detail);
    return {};
  }

 private:
  counter::StoreEvents store_events() {
    return {.trouble = [this](const auto& error) { log_.error("store refuses visits", {{"reason", error.detail}}); },
            .recovered = [this] { log_.info("store counts again"); },
            .broken =
                [this](const auto& error) {
                  log_.error("store broken", {{"reason", error.detail}});
                  workers_.front()->loop().post([this, error] {
                    broken_ = error;
                    stop("the store is broken");
                  });
                }};
  }

  Result<void> start() {
    auto tls = open_tls(config_);
    if (!tls) return std::unexpected(tls.error());
    tls_ = *tls;
    reloader_->add(reload_of(tls_));

    Loop& first = workers_.front()->loop();
    auto listeners = open_listeners(config_, manager_, first);
    if (!listeners) return std::unexpected(listeners.error());
    const std::string listen = address_of(listeners->production);
    const std::string ops_listen = address_of(listeners->ops);
    std::string preview_listen;
    if (listeners->preview) {
      preview_listen = address_of(*listeners->preview);
      if (auto served = serve_on_all(std::move(*listeners->preview), Traffic::preview); !served) return served;
    }
    if (auto served = serve_on_all(std::move(listeners->production), Traffic::production); !served) return served;
    serve_ops(std::move(listeners->ops));
    if (auto told = store_.announce_ops(ops_listen); !told) return told;

    const std::string store = text(config_.store);
    std::vector<telemetry::Field> where = {{"listen", listen},
                                           {"ops_listen", ops_listen},
                                           {"store", store},
                                           {"stage", config_.stage},
                                           {"version", version}};
    if (tls_) where.push_back({"tls", true});
    if (!preview_listen.empty()) where.push_back({"preview_listen", preview_listen});
    log_.line(telemetry::LogLevel::info, "listening", where);
    raise_descriptor_limit(config_, log_);
    if (log_.format() == telemetry::LogFormat::text) log_.write(invitation(config_, listen, ops_listen), 1);
    manager_.ready(fmt::format("counts visits at {}, for the operator at {}", listen, ops_listen));
    watchdog_.emplace(manager_, first, workers_.front()->desk(), other_loops());
    watchdog_->start();
    return {};
  }

  Result<void> serve_on_all(Acceptor acceptor, Traffic traffic) {
    const http::ServerOptions options = public_options(config_, tls_);
    monitoring_.watch(traffic == Traffic::production ? "public" : "preview", options);
    for (const auto& worker : workers_ | std::views::drop(1)) {
      auto shared = http::share(acceptor, worker->loop());
      if (!shared) return std::unexpected(shared.error());
      worker->serve(std::move(*shared), api_, traffic, options);
    }
    workers_.front()->serve(std::move(acceptor), api_, traffic, options);
    return {};
  }

  void serve_ops(Acceptor acceptor) {
    Worker& first = *workers_.front();
    invoke_api_ = std::make_unique<ops::InvokeApi>(
        api_.function, first.desk(), log_, clock_,
        ops::InvokeOptions{.deployed = {.name = config_.function_name(), .alias = config_.stage},
                           .production_domain = config_.production_domain,
                           .visited = [this](Traffic traffic, counter::Outcome outcome) {
                             metrics_.site(0).visited(label_of(traffic), outcome);
                           }});
    dashboard_ = std::make_unique<ops::Dashboard>(
        first.loop(), first.desk(), measured_store_, metrics_, clock_,
        ops::DashboardOptions{.counter = config_.production_counter(),
                              .present = [this] { return monitoring_.present(driver_); }});
    dashboard_->start();
    counters_api_ = std::make_unique<ops::CountersApi>(first.desk(), *store_.store, log_, config_.counter_of());
    ops_site_ =
        std::make_unique<ops::OpsSite>(first.desk(), *counters_api_, *invoke_api_, *dashboard_, log_,
                                       ops::OpsOptions{.counter = config_.production_counter(),
                                                       .draining = [this] { return stopping_; },
                                                       .metrics = [this] { return monitoring_.exposition(driver_); },
                                                       .version = std::string(version)});
    const http::ServerOptions options = ops_options(config_);
    monitoring_.watch("ops", options);
    ops_server_ = std::make_unique<http::Server>(first.loop(), std::move(acceptor), *ops_site_, clock_, options);
    ops_server_->start();
  }

  void await_signals() {
    for (const int signal : {SIGTERM, SIGINT}) signals_->add(signal);
    signals_->async_wait([this](boost::system::error_code error, int) {
      if (!error) stop("signal");
    });
    reloader_->start();
  }

  std::vector<Loop*> other_loops() {
    std::vector<Loop*> others;
    for (const auto& worker : workers_ | std::views::drop(1)) others.push_back(&worker->loop());
    return others;
  }

  void run_loops() {
    std::vector<std::thread> threads;
    for (const auto& worker : workers_ | std::views::drop(1)) {
      threads.emplace_back([&worker] { worker->loop().run(); });
    }
    workers_.front()->loop().run();
    for (std::thread& thread : threads) thread.join();
  }

  /// Stops the public listeners, then the ops listener, which says until then that we are draining, then the loops.
  /// Thread: the first loop's.
  void stop(std::string_view reason) {
    if (std::exchange(stopping_, true)) return;
    log_.info("stopping", {{"reason", reason}});
    manager_.stopping();
    watchdog_->stop();
    signals_->clear();
    signals_->cancel();
    reloader_->stop();
    for (const int signal : {SIGTERM, SIGINT}) (void)std::signal(signal, [](int) { ::_exit(EXIT_FAILURE); });

    dashboard_->stop();
    for (const auto& worker : workers_) to_drain_ += worker->listeners();
    const auto drained = [this] {
      if (--to_drain_ == 0) workers_.front()->loop().post([this] { stop_ops(); });
    };
    for (const auto& worker : workers_) worker->stop(drained);
  }

  void stop_ops() {
    ops_server_->stop([this] {
      for (const auto& worker : workers_) worker->loop().finish();
    });
  }

  const Config& config_;
  ServiceManager manager_;
  telemetry::Log& log_;
  const Clock& clock_;
  gateway::Limiter limiter_;
  const PublicApi api_;
  OpenStore store_;
  UsageFile usage_file_;
  telemetry::Metrics metrics_;
  Monitoring monitoring_;
  telemetry::MeasuredStore measured_store_;
  counter::StoreDriver driver_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<asio::signal_set> signals_;
  std::optional<Reloader> reloader_;
  std::shared_ptr<http::CurrentTls> tls_;
  std::unique_ptr<ops::CountersApi> counters_api_;
  std::unique_ptr<ops::InvokeApi> invoke_api_;
  std::unique_ptr<ops::Dashboard> dashboard_;
  std::unique_ptr<ops::OpsSite> ops_site_;
  std::unique_ptr<http::Server> ops_server_;
  std::optional<Watchdog> watchdog_;

  std::optional<counter::StoreError> broken_;  // the first loop's thread, as is stopping_
  bool stopping_ = false;
  std::atomic<std::size_t> to_drain_ = 0;
};

}  // namespace

Result<void> serve(const Configuration& configuration, ReadConfiguration read_again) {
  const Config& config = configuration.config;
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);  // a file at its size limit is then a write that fails, with a line that says so
  auto manager = take_service_manager();
  if (!manager) return std::unexpected(manager.error());
  const SystemClock clock;
  telemetry::Log log(clock, log_options(config));
  auto store = open_store(config, clock);
  if (!store) return std::unexpected(store.error());
  return Service(configuration, std::move(read_again), std::move(*manager), std::move(*store), log, clock).run();
}

}  // namespace vc::app
