// The service manager that started this process, systemd for one: the sockets it hands over, and what it is told.
// Protocols: sd_listen_fds(3), sd_notify(3), sd_watchdog_enabled(3).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/environment.hpp"
#include "base/file.hpp"
#include "base/result.hpp"

namespace vc::app {

/// Without a service manager all of it does nothing. Thread: one at a time.
class ServiceManager final {
 public:
  /// Takes descriptors over that LISTEN_FDS tells of, so a second object of one environment has none.
  /// Errors: a socket whose name is not among `listeners`, or that has the name of another one.
  static Result<ServiceManager> in(const Environment& environment);

  /// The names of sockets, as LISTEN_FDNAMES has them.
  static constexpr std::string_view listeners[] = {"public", "preview", "ops"};

  /// The listening socket of this name, once; none: nothing has been handed over.
  std::optional<FileDescriptor> take(std::string_view listener);

  /// Does what it was started for; after `reloading` again. The status is one line, for people.
  void ready(std::string_view status);
  /// The same, and is the one to be looked after, whoever was started.
  void serving(std::string_view status);
  void reloading();
  void stopping();
  void alive();

  /// It ends the process that is not said to be alive for so long. nullopt: never.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

 private:
  void tell(std::string_view state) const;

  std::string address_;  // where it listens: a path, or an abstract name behind @; empty: nowhere
  std::map<std::string, FileDescriptor, std::less<>> sockets_;
  std::optional<std::chrono::microseconds> watchdog_;
};

/// The one of this process. Its variables are taken out of the environment: they are for no child of ours.
/// Requires: no other thread runs yet.
Result<ServiceManager> take_service_manager();

}  // namespace vc::app
