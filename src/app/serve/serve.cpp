#include "app/serve/serve.hpp"

#include <unistd.h>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <thread>
#include <utility>

#include "app/handover/house.hpp"
#include "app/handover/migration.hpp"
#include "app/handover/owner.hpp"
#include "app/handover/standby.hpp"
#include "app/serve/service_manager.hpp"
#include "limits.hpp"
#include "store/sqlite/store.hpp"

namespace vc::app {
namespace {

telemetry::Log::Options log_options(const Config& config) {
  const bool text =
      config.log_format == LogStyle::text || (config.log_format == LogStyle::automatic && ::isatty(STDERR_FILENO) == 1);
  return {.fd = STDERR_FILENO,
          .format = text ? telemetry::LogFormat::text : telemetry::LogFormat::json,
          .level = config.log_level,
          .buffer_bytes_max = limits::log_buffer_bytes_max};
}

/// Catches the signals that come between two terms, when no service waits for them.
class SignalsBetween final {
 public:
  SignalsBetween() : signals_(context_, SIGTERM, SIGINT, SIGHUP) { wait(); }

  /// Whether one has come that ends the process.
  bool must_end() {
    context_.restart();
    (void)context_.poll();
    return must_end_;
  }

 private:
  void wait() {
    signals_.async_wait([this](boost::system::error_code error, int signal) {
      if (error) return;
      must_end_ = must_end_ || signal != SIGHUP;
      wait();
    });
  }

  boost::asio::io_context context_;
  boost::asio::signal_set signals_;
  bool must_end_ = false;
};

/// Of a store that has no file, and so no owner.
Result<void> serve_alone(const Configuration& configuration, ReadConfiguration read_again, ServiceManager& manager,
                         Doors doors, telemetry::Log& log, const Clock& clock) {
  auto store = open_store(configuration.config, clock);
  if (!store) return std::unexpected(store.error());
  Service service(configuration, std::move(read_again), Office::owner, *store, doors, manager, log, clock);
  const auto ended = service.run();
  if (!ended) return std::unexpected(ended.error());
  return {};
}

Result<Next> own_alone(House& house) {
  auto store = open_alone(house);
  if (!store) return std::unexpected(store.error());
  house.store = std::move(*store);
  return Next::own;
}

/// Whether this process owns the store or stands by. A command may have the store for a moment.
Result<Next> arrive(House& house) {
  std::error_code ignored;  // opening the store will say why
  std::filesystem::create_directories(house.file.parent_path(), ignored);
  const auto give_up_at = std::chrono::steady_clock::now() + limits::owner_wait;
  for (;;) {
    const auto lock = house.take_lock(std::chrono::milliseconds(0));
    if (lock || !store::SqliteStore::owner(house.file)) return own_alone(house);
    auto owner = join(house);
    if (!owner) return std::unexpected(owner.error());
    if (*owner) {
      house.partner = std::move(**owner);
      return Next::stand_by;
    }
    if (std::chrono::steady_clock::now() >= give_up_at) return std::unexpected(lock.error());
    std::this_thread::sleep_for(limits::owner_look_again);
  }
}

Result<Next> own_opened(House& house) {
  if (house.store) return own(house, *std::exchange(house.store, std::nullopt));
  auto store = open_store(house.config(), house.clock, std::exchange(house.lock, FileDescriptor()));
  if (!store) return std::unexpected(store.error());
  return own(house, std::move(*store));
}

Result<void> live(House& house) {
  auto next = arrive(house);
  while (next && *next != Next::end) {
    next = *next == Next::own ? own_opened(house) : stand_by(house);
    house.refresh();
  }
  if (!next) return std::unexpected(next.error());
  return {};
}

}  // namespace

Result<void> serve(const Configuration& configuration, ReadConfiguration read_again) {
  const Config& config = configuration.config;
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);  // a file at its size limit is then a write that fails, with a line that says so
  auto manager = take_service_manager();
  if (!manager) return std::unexpected(manager.error());
  auto doors = take_doors(*manager);
  if (!doors) return std::unexpected(doors.error());
  const SystemClock clock;
  telemetry::Log log(clock, log_options(config));
  const auto file = store_file(config.store);
  if (!file) return serve_alone(configuration, std::move(read_again), *manager, std::move(*doors), log, clock);
  SignalsBetween signals;
  House house{.configuration = configuration,
              .read_again = std::move(read_again),
              .manager = *manager,
              .log = log,
              .clock = clock,
              .file = *file,
              .must_end = [&signals] { return signals.must_end(); },
              .doors = std::move(*doors)};
  return live(house);
}

}  // namespace vc::app
