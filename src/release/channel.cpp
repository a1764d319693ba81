#include "release/channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <array>
#include <csignal>
#include <cstring>
#include <string_view>

#include "base/check.hpp"
#include "base/number.hpp"
#include "limits.hpp"

namespace vc::release {
namespace {

namespace fs = std::filesystem;

constexpr const char* socket_name = "socket";
constexpr std::size_t ancillary_bytes = CMSG_SPACE(sizeof(int) * limits::release_descriptors_max);

std::unexpected<Error> broken(std::string_view what) { return fail("{}: {}", what, errno_text()); }

class Deadline final {
 public:
  explicit Deadline(std::chrono::milliseconds patience) : end_(std::chrono::steady_clock::now() + patience) {}

  /// False: it has passed. True: the descriptor may be ready.
  bool wait(int descriptor, short events) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd wanted{.fd = descriptor, .events = events, .revents = 0};
    (void)::poll(&wanted, 1, static_cast<int>(left.count()));
    return true;
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

/// Takes over the descriptors, so that none is left open whatever becomes of the message.
std::vector<FileDescriptor> descriptors_of(msghdr& header) {
  std::vector<FileDescriptor> descriptors;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(part) + i * sizeof(int), sizeof descriptor);
      descriptors.emplace_back(descriptor);
    }
  }
  return descriptors;
}

/// An address holds a short path. A longer one goes through the descriptor of its directory, which needs /proc.
struct Address {
  FileDescriptor directory;
  sockaddr_un name{};
};

Result<Address> address_in(const fs::path& directory) {
  Address address{.directory = FileDescriptor(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC))};
  if (!address.directory) return fail("cannot open {}: {}", directory.string(), errno_text());
  address.name.sun_family = AF_UNIX;
  std::string path = directory / socket_name;
  if (path.size() >= sizeof address.name.sun_path) {
    path = fmt::format("/proc/self/fd/{}/{}", address.directory.get(), socket_name);
  }
  std::memcpy(address.name.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& name) { return reinterpret_cast<const sockaddr*>(&name); }

FileDescriptor make_socket() {
  return FileDescriptor(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

}  // namespace

Result<std::pair<Channel, Channel>> Channel::pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return broken("cannot make a pair of sockets");
  }
  return std::pair(Channel(FileDescriptor(ends[0])), Channel(FileDescriptor(ends[1])));
}

Result<void> Channel::send(const Message& message, std::span<const int> descriptors,
                           std::chrono::milliseconds patience) const {
  check(descriptors.size() <= limits::release_descriptors_max, "descriptors of ours fit beside a message");
  std::string datagram = encode(message);
  iovec piece{.iov_base = datagram.data(), .iov_len = datagram.size()};
  alignas(cmsghdr) std::array<std::byte, ancillary_bytes> ancillary{};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  if (!descriptors.empty()) {
    header.msg_control = ancillary.data();
    header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
  }
  const Deadline deadline(patience);
  while (::sendmsg(socket_.get(), &header, MSG_NOSIGNAL) < 0) {
    if (errno != EAGAIN && errno != EINTR && errno != ETOOMANYREFS) return broken("the other process is gone");
    if (!deadline.wait(socket_.get(), POLLOUT)) return fail("the other process does not listen");
  }
  return {};
}

Result<std::optional<Received>> Channel::receive() const {
  std::string datagram(limits::release_head_bytes + limits::release_text_bytes_max, '\0');
  iovec piece{.iov_base = datagram.data(), .iov_len = datagram.size()};
  alignas(cmsghdr) std::array<std::byte, ancillary_bytes> ancillary{};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = ancillary.data();
  header.msg_controllen = ancillary.size();
  const ssize_t size = ::recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (size < 0) return broken("the other process is gone");
  auto descriptors = descriptors_of(header);
  if (size == 0) return fail("the other process is gone");
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return fail("a message is too long");
  auto message = decode(std::string_view(datagram).substr(0, static_cast<std::size_t>(size)));
  if (!message) return std::unexpected(message.error());
  return Received{.message = std::move(*message), .descriptors = std::move(descriptors)};
}

Result<Received> Channel::receive_within(std::chrono::milliseconds patience) const {
  const Deadline deadline(patience);
  for (;;) {
    auto received = receive();
    if (!received) return std::unexpected(received.error());
    if (*received) return std::move(**received);
    if (!deadline.wait(socket_.get(), POLLIN)) return fail("the other process does not answer");
  }
}

bool Channel::ended() const {
  pollfd wanted{.fd = socket_.get(), .events = 0, .revents = 0};
  return ::poll(&wanted, 1, 0) == 1;
}

void Channel::end() const { (void)::shutdown(socket_.get(), SHUT_RDWR); }

fs::path control_directory(const fs::path& store_file) { return store_file.string() + ".control"; }

Result<FileDescriptor> listen_for_control(const fs::path& directory) {
  if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return fail("cannot make {}: {}", directory.string(), errno_text());
  }
  if (::chmod(directory.c_str(), S_IRWXU) != 0)
    return fail("cannot close {} to others: {}", directory.string(), errno_text());
  auto address = address_in(directory);
  if (!address) return std::unexpected(address.error());
  FileDescriptor socket = make_socket();
  (void)::unlinkat(address->directory.get(), socket_name, 0);
  if (!socket || ::bind(socket.get(), generic(address->name), sizeof address->name) != 0 ||
      ::listen(socket.get(), limits::control_backlog) != 0) {
    return fail("cannot listen in {}: {}", directory.string(), errno_text());
  }
  return socket;
}

void leave_control(const fs::path& store_file) {
  std::error_code ignored;
  fs::remove_all(control_directory(store_file), ignored);
}

Result<std::optional<Channel>> accept_control(int listener) {
  FileDescriptor socket(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) return std::nullopt;
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return broken("who connects is not known");
  if (peer.uid != ::geteuid() && peer.uid != 0) return fail("process {} is of another user, {}", peer.pid, peer.uid);
  return Channel(std::move(socket));
}

Result<std::optional<Channel>> connect_control(const fs::path& directory) {
  std::error_code unknown;
  if (!fs::exists(directory, unknown)) return std::nullopt;
  auto address = address_in(directory);
  if (!address) return std::unexpected(address.error());
  FileDescriptor socket = make_socket();
  if (socket && ::connect(socket.get(), generic(address->name), sizeof address->name) == 0) {
    return Channel(std::move(socket));
  }
  if (errno == ENOENT || errno == ECONNREFUSED) return std::nullopt;
  return fail("cannot connect to {}: {}", directory.string(), errno_text());
}

Result<FileDescriptor> own_process() {
  FileDescriptor process(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  if (!process) return broken("cannot make a descriptor of this process");
  return process;
}

void kill_process(int process) { (void)::syscall(SYS_pidfd_send_signal, process, SIGKILL, nullptr, 0); }

bool await_end(int process, std::chrono::milliseconds patience) {
  pollfd end{.fd = process, .events = POLLIN, .revents = 0};
  return ::poll(&end, 1, static_cast<int>(patience.count())) == 1;
}

pid_t pid_of(int process) {
  constexpr std::string_view key = "\nPid:\t";
  const std::string info = read_file(fmt::format("/proc/self/fdinfo/{}", process)).value_or("");
  const auto start = info.find(key);
  if (start == std::string::npos) return 0;
  const std::string_view value = std::string_view(info).substr(start + key.size());
  return static_cast<pid_t>(parse_number(value.substr(0, value.find('\n')), 0, limits::pid_max).value_or(0));
}

}  // namespace vc::release
