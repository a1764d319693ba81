#include "app/serve/service.hpp"

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <iterator>
#include <ranges>
#include <thread>
#include <utility>

#include "app/serve/labels.hpp"
#include "app/serve/tls.hpp"
#include "app/serve/worker.hpp"
#include "app/version.hpp"
#include "limits.hpp"

namespace vc::app {
namespace {

using function::Traffic;
using http::Acceptor;
using http::Loop;

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

/// Of a standby.
std::string standby_invitation(const Config& config, std::string_view preview) {
  const std::string look = preview.empty() ? "" : fmt::format("    try it          curl http://{}/counter\n", preview);
  return fmt::format(
      "\n"
      "  visitor-counter {}, stage {}, stands by; another process counts in {}\n"
      "\n"
      "{}"
      "    let it serve    visitor-counter promote {} --store {}\n"
      "    stop it         Ctrl-C\n"
      "\n",
      version, config.stage, text(config.store), look, config.colour, text(config.store));
}

}  // namespace

Service::Service(const Configuration& configuration, ReadConfiguration read_again, Office office, OpenStore& store,
                 Doors& doors, ServiceManager& manager, telemetry::Log& log, const Clock& clock)
    : config_(configuration.config),
      office_(office),
      doors_(doors),
      manager_(manager),
      log_(log),
      clock_(clock),
      limiter_(config_.rules, moment(clock)),
      api_(public_api(config_, limiter_)),
      store_(store),
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
  signals_.emplace(loop().executor());
  reloader_.emplace(loop(), configuration, std::move(read_again), log, manager);
  reloader_->add([this](const Config& fresh) -> Result<std::function<void()>> {
    return [this, rules = fresh.rules]() mutable {
      rules.stage = config_.stage;
      limiter_.change(std::move(rules), moment(clock_));
      usage_file_.rules_changed();
    };
  });
}

Service::~Service() = default;

Loop& Service::loop() { return workers_.front()->loop(); }
counter::Desk& Service::desk() { return workers_.front()->desk(); }

Result<Service::End> Service::run() {
  await_signals();
  if (auto began = usage_file_.start(); !began) return std::unexpected(began.error());
  if (auto started = start(); !started) return std::unexpected(started.error());
  run_loops();
  driver_.stop();
  usage_file_.stop();
  if (end_ == End::stopped) log_.info("stopped");
  if (broken_) return fail("the store broke ({}); start again to recover from the disk", broken_->detail);
  return end_;
}

counter::StoreEvents Service::store_events() {
  return {.trouble = [this](const auto& error) { log_.error("store refuses visits", {{"reason", error.detail}}); },
          .recovered = [this] { log_.info("store counts again"); },
          .broken =
              [this](const auto& error) {
                log_.error("store broken", {{"reason", error.detail}});
                loop().post([this, error] {
                  broken_ = error;
                  stop("the store is broken");
                });
              }};
}

Result<void> Service::start() {
  auto tls = open_tls(config_);
  if (!tls) return std::unexpected(tls.error());
  tls_ = *tls;
  reloader_->add(reload_of(tls_));
  if (auto opened = open_doors(); !opened) return opened;
  tell_where();
  tell_manager();
  watchdog_.emplace(manager_, loop(), desk(), other_loops());
  watchdog_->start();
  return {};
}

Result<void> Service::open_doors() {
  if (config_.preview_listen || doors_.preview.socket) {
    const auto configured = config_.preview_listen.value_or(http::Endpoint());
    if (auto opened = open_public(doors_.preview, configured, Traffic::preview); !opened) return opened;
  }
  if (office_ == Office::standby) return {};
  if (auto opened = open_public(doors_.production, config_.listen, Traffic::production); !opened) return opened;
  auto ops = open(doors_.ops, config_.ops_listen, loop());
  if (!ops) return std::unexpected(ops.error());
  serve_ops(std::move(*ops));
  return store_.announce_ops(address_of(doors_.ops));
}

Result<void> Service::open_public(Door& door, const http::Endpoint& address, Traffic traffic) {
  const http::ServerOptions options = public_options(config_, tls_);
  monitoring_.watch(traffic == Traffic::production ? "public" : "preview", options);
  std::vector<http::Server*> servers;
  for (const auto& worker : workers_) {
    auto acceptor = open(door, address, worker->loop());
    if (!acceptor) return std::unexpected(acceptor.error());
    servers.push_back(&worker->serve(std::move(*acceptor), api_, traffic, options));
  }
  std::size_t next = 0;
  for (http::Passed& passed : std::exchange(door.connections, {})) {
    servers[next++ % servers.size()]->take(std::move(passed));
  }
  return {};
}

void Service::serve_ops(Acceptor acceptor) {
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
  for (http::Passed& passed : std::exchange(doors_.ops.connections, {})) ops_server_->take(std::move(passed));
}

void Service::tell_where() {
  const std::string listen = address_of(doors_.production);
  const std::string ops_listen = address_of(doors_.ops);
  const std::string preview_listen = address_of(doors_.preview);
  const std::string store = text(config_.store);
  std::vector<telemetry::Field> where;
  const bool owns = office_ == Office::owner;
  if (owns) where = {{"listen", listen}, {"ops_listen", ops_listen}};
  where.insert(where.end(), {{"store", store}, {"stage", config_.stage}, {"version", version}});
  if (tls_) where.push_back({"tls", true});
  if (!preview_listen.empty()) where.push_back({"preview_listen", preview_listen});
  log_.line(telemetry::LogLevel::info, owns ? "listening" : "standing by", where);
  raise_descriptor_limit(config_, log_);
  if (log_.format() != telemetry::LogFormat::text) return;
  log_.write(owns ? invitation(config_, listen, ops_listen) : standby_invitation(config_, preview_listen), 1);
}

// A standby is ready too: whoever started it would wait for that, and end it. It is never the main process.
void Service::tell_manager() {
  if (office_ == Office::standby) return manager_.ready("stands by");
  manager_.serving(fmt::format("counts visits at {}, for the operator at {}", address_of(doors_.production),
                               address_of(doors_.ops)));
}

void Service::await_signals() {
  for (const int signal : {SIGTERM, SIGINT}) signals_->add(signal);
  signals_->async_wait([this](boost::system::error_code error, int) {
    if (!error) stop("signal");
  });
  reloader_->start();
}

std::vector<Loop*> Service::other_loops() {
  std::vector<Loop*> others;
  for (const auto& worker : workers_ | std::views::drop(1)) others.push_back(&worker->loop());
  return others;
}

void Service::run_loops() {
  std::vector<std::thread> threads;
  for (const auto& worker : workers_ | std::views::drop(1)) {
    threads.emplace_back([&worker] { worker->loop().run(); });
  }
  loop().run();
  for (std::thread& thread : threads) thread.join();
}

// The doors are closed first: once the servers have taken whoever waits there, nobody else can come.
void Service::stop(std::string_view reason) {
  if (stopping_) return;
  log_.info("stopping", {{"reason", reason}});
  if (office_ == Office::owner) manager_.stopping();  // of a standby's end the service goes on
  for (Door* door : {&doors_.production, &doors_.preview, &doors_.ops}) door->socket = FileDescriptor();
  end(End::stopped);
  for (const int signal : {SIGTERM, SIGINT}) (void)std::signal(signal, [](int) { ::_exit(EXIT_FAILURE); });
}

void Service::part() { end(End::parted); }

/// Ends the listeners, then the loops.
void Service::end(End how) {
  if (std::exchange(stopping_, true)) return;
  end_ = how;
  watchdog_->stop();
  signals_->clear();
  signals_->cancel();
  reloader_->stop();
  for (const auto& action : at_end_) action();
  if (dashboard_) dashboard_->stop();

  const bool ops_too = how == End::parted && ops_server_;
  for (const auto& worker : workers_) to_drain_ += worker->listeners();
  to_drain_ += ops_too ? 1 : 0;
  if (to_drain_ == 0) return end_rest();
  const Worker::Drained drained = [this](Traffic traffic, std::vector<http::Passed> connections) {
    auto kept = std::make_shared<std::vector<http::Passed>>(std::move(connections));
    loop().post([this, traffic, kept] {
      keep(traffic == Traffic::production ? doors_.production : doors_.preview, std::move(*kept));
    });
  };
  for (const auto& worker : workers_) how == End::parted ? worker->part(drained) : worker->stop(drained);
  if (!ops_too) return;
  ops_server_->part([this](std::vector<http::Passed> connections) { keep(doors_.ops, std::move(connections)); });
}

void Service::keep(Door& door, std::vector<http::Passed> connections) {
  std::ranges::move(connections, std::back_inserter(door.connections));
  if (--to_drain_ == 0) end_rest();
}

// An ops listener that stops is the last, because it says that we are draining.
void Service::end_rest() {
  const auto drained = [this] {
    drained_ = true;
    finish_if_ready();
  };
  if (end_ == End::parted || !ops_server_) return drained();
  ops_server_->stop(drained);
}

void Service::finish_if_ready() {
  if (!drained_ || busy_ > 0) return;
  for (const auto& worker : workers_) worker->loop().finish();
}

}  // namespace vc::app
