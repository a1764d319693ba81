#include "app/serve/reload.hpp"

#include <unistd.h>

#include <csignal>

namespace vc::app {
namespace {

bool has_terminal() { return ::isatty(STDERR_FILENO) == 1; }

}  // namespace

Reloader::Reloader(http::Loop& loop, const Configuration& running, ReadConfiguration read, telemetry::Log& log,
                   ServiceManager& manager)
    : signals_(loop.executor()),
      running_(running),
      read_(std::move(read)),
      log_(log),
      manager_(manager),
      had_terminal_(has_terminal()) {}

void Reloader::start() {
  signals_.add(SIGHUP);
  await_signal();
}

void Reloader::stop() {
  stopped_ = true;
  signals_.cancel();  // they stay caught: a signal without a handler would end the process
}

void Reloader::await_signal() {
  signals_.async_wait([this](boost::system::error_code error, int) {
    if (error || stopped_) return;
    if (had_terminal_ && !has_terminal()) (void)std::raise(SIGTERM);
    reload();
    await_signal();
  });
}

void Reloader::reload() {
  manager_.reloading();
  const auto fresh = take_over();
  const std::string_view outcome =
      fresh ? "configuration reloaded" : "configuration not reloaded, the old one is in force";
  if (fresh) tell_what_waits(fresh->choices);
  manager_.ready(outcome);
  if (fresh) return log_.info(outcome);
  log_.error(outcome, {{"reason", fresh.error().message}});
}

Result<Configuration> Reloader::take_over() {
  auto fresh = read_();
  if (!fresh) return fresh;
  std::vector<std::function<void()>> changes;
  for (const Part& part : parts_) {
    auto ready = part(fresh->config);
    if (!ready) return std::unexpected(ready.error());
    changes.push_back(std::move(*ready));
  }
  for (const auto& change : changes) change();
  return fresh;
}

void Reloader::tell_what_waits(const Choices& fresh) {
  for (const Setting& setting : settings()) {
    const auto value = [&](const Choices& choices) { return choices.find(setting.name)->second.value; };
    const bool changed = value(fresh) != value(running_.choices);
    if (changed && setting.taken_over == TakenOver::at_start) {
      log_.warn("a setting has changed, which the next start takes over", {{"setting", setting.name}});
    }
  }
}

}  // namespace vc::app
