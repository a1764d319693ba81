#include "app/serve/service_manager.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ranges>

#include "base/number.hpp"
#include "limits.hpp"

namespace vc::app {
namespace {

constexpr int first_descriptor = 3;  // SD_LISTEN_FDS_START

/// Whether what a variable announces is for this process, and not for the one that started it.
bool is_for_us(std::string_view process) { return process == std::to_string(::getpid()); }

std::optional<std::chrono::microseconds> watchdog_of(const Environment& environment) {
  const std::string_view process = variable(environment, "WATCHDOG_PID");
  const auto patience = parse_number(variable(environment, "WATCHDOG_USEC"), 1, limits::watchdog_usec_max);
  if (!patience || (!process.empty() && !is_for_us(process))) return std::nullopt;
  return std::chrono::microseconds(*patience);
}

}  // namespace

Result<ServiceManager> ServiceManager::in(const Environment& environment) {
  ServiceManager manager;
  manager.address_ = variable(environment, "NOTIFY_SOCKET");
  manager.watchdog_ = watchdog_of(environment);
  if (!is_for_us(variable(environment, "LISTEN_PID"))) return manager;

  const auto count = parse_number(variable(environment, "LISTEN_FDS"), 0, limits::other_descriptors);
  if (!count) return fail("LISTEN_FDS: {}", count.error().message);
  int descriptor = first_descriptor;
  for (const auto part : std::views::split(variable(environment, "LISTEN_FDNAMES"), ':')) {
    if (descriptor == first_descriptor + static_cast<int>(*count)) break;
    const std::string name(part.begin(), part.end());
    FileDescriptor socket(descriptor++);
    // Blocking is what systemd has just made it, also for a process that serves from it: that one must not wait in
    // accept() until this one serves in its place.
    if (::fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0 || ::fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0) {
      return fail("LISTEN_FDS: {} is not open", socket.get());
    }
    if (std::ranges::find(listeners, name) == std::end(listeners)) {
      return fail("a socket was handed over that is named '{}', not public, preview or ops (FileDescriptorName=)",
                  name);
    }
    if (!manager.sockets_.emplace(name, std::move(socket)).second) {
      return fail("two sockets were handed over that are named '{}'", name);
    }
  }
  if (manager.sockets_.size() < *count) return fail("sockets were handed over without names (FileDescriptorName=)");
  return manager;
}

std::optional<FileDescriptor> ServiceManager::take(std::string_view listener) {
  const auto found = sockets_.find(listener);
  if (found == sockets_.end()) return std::nullopt;
  FileDescriptor socket = std::move(found->second);
  sockets_.erase(found);
  return socket;
}

void ServiceManager::ready(std::string_view status) { tell(fmt::format("READY=1\nSTATUS={}", status)); }

void ServiceManager::serving(std::string_view status) {
  tell(fmt::format("READY=1\nSTATUS={}\nMAINPID={}", status, ::getpid()));
}

void ServiceManager::reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();  // CLOCK_MONOTONIC
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}",
                   std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void ServiceManager::stopping() { tell("STOPPING=1\nSTATUS=answers what has begun to arrive"); }

void ServiceManager::alive() { tell("WATCHDOG=1"); }

// What cannot be told is not: we can do without, and the service manager says itself what it misses.
void ServiceManager::tell(std::string_view state) const {
  sockaddr_un to{.sun_family = AF_UNIX, .sun_path = {}};
  if (address_.empty() || address_.size() >= sizeof to.sun_path) return;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  if (to.sun_path[0] == '@') to.sun_path[0] = '\0';
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return;
  const timeval patience{.tv_sec = limits::service_manager_patience.count(), .tv_usec = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  (void)::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size);
}

Result<ServiceManager> take_service_manager() {
  auto manager = ServiceManager::in(read_environment(environ));
  for (const char* name :
       {"NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_PID", "WATCHDOG_USEC"}) {
    ::unsetenv(name);
  }
  return manager;
}

}  // namespace vc::app
