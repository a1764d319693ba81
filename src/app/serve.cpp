#include "app/serve.hpp"

#include <unistd.h>

#include <csignal>
#include <utility>

#include "app/service.hpp"
#include "app/service_manager.hpp"
#include "app/stores.hpp"
#include "limits.hpp"

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
  auto store = open_store(config, clock);
  if (!store) return std::unexpected(store.error());
  Service service(configuration, std::move(read_again), Office::owner, *store, *doors, *manager, log, clock);
  const auto ended = service.run();
  if (!ended) return std::unexpected(ended.error());
  return {};
}

}  // namespace vc::app
