// load PORT CONNECTIONS SECONDS TARGET: a closed loop of GET TARGET on 127.0.0.1. Each connection sends one request,
// waits for the whole answer, and sends the next. It does no more than that, so that the server is the limit and not
// the load: wrk asks the kernel three times as often. Prints one line of JSON; anything but a complete 200 ends it with
// an error.
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "bench/epoll.hpp"

namespace vc::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr std::size_t answer_bytes_max = 16'384;
constexpr std::size_t latency_us_max = 10'000'000;

[[noreturn]] void give_up(const char* what) {
  (void)std::fprintf(stderr, "load: %s\n", what);
  std::exit(EXIT_FAILURE);
}

/// Whether these bytes are one whole answer with status 200. Gives up on any other answer.
bool is_whole(std::string_view bytes) {
  constexpr std::string_view status = "HTTP/1.1 200 ";
  constexpr std::string_view length_field = "Content-Length: ";
  constexpr std::string_view end_of_head = "\r\n\r\n";
  if (bytes.size() < status.size()) return false;
  if (!bytes.starts_with(status)) give_up("an answer is not 200");
  const std::size_t head = bytes.find(end_of_head);
  if (head == std::string_view::npos) return false;
  const std::size_t length_at = bytes.find(length_field);
  if (length_at > head) give_up("an answer does not say its length");
  std::size_t length = 0;
  std::from_chars(bytes.data() + length_at + length_field.size(), bytes.data() + head, length);
  const std::size_t size = head + end_of_head.size() + length;
  if (bytes.size() > size) give_up("an answer is longer than it says");
  return bytes.size() == size;
}

struct Connection {
  FileDescriptor socket;
  Clock::time_point asked;
  std::string partial;  // of an answer, which rarely comes in two parts
};

class Load final {
 public:
  Load(std::uint16_t port, std::size_t connections, std::string_view target)
      : request_(fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", target, port)) {
    for (std::size_t i = 0; i < connections; ++i) open(port);
  }

  void run(std::chrono::seconds length) {
    const auto began = Clock::now();
    for (Connection& connection : connections_) ask(connection);
    auto now = began;
    while ((now = Clock::now()) < began + length) {
      for (const epoll_event& event : poll_.wait(1000)) receive(event.data.fd);
    }
    print(std::chrono::duration_cast<microseconds>(now - began));
  }

 private:
  void open(std::uint16_t port) {
    FileDescriptor client(need(::socket(AF_INET, SOCK_STREAM, 0), "socket"));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    need(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
    const int on = 1;
    need(::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
    poll_.add(client.get());
    const auto fd = static_cast<std::size_t>(client.get());
    if (connections_.size() <= fd) connections_.resize(fd + 1);
    connections_[fd].socket = std::move(client);
  }

  void ask(Connection& connection) {
    if (!connection.socket) return;
    connection.asked = Clock::now();
    const ssize_t sent = need(::send(connection.socket.get(), request_.data(), request_.size(), MSG_NOSIGNAL), "send");
    if (static_cast<std::size_t>(sent) != request_.size()) give_up("a request was sent in part");
  }

  void receive(int fd) {
    Connection& connection = connections_[static_cast<std::size_t>(fd)];
    const ssize_t received = need(::recv(fd, buffer_.data(), buffer_.size(), 0), "recv");
    if (received == 0) give_up("the server closed a connection");
    std::string_view bytes(buffer_.data(), static_cast<std::size_t>(received));
    if (!connection.partial.empty()) bytes = connection.partial.append(bytes);
    if (!is_whole(bytes)) {
      if (connection.partial.empty()) connection.partial = bytes;
      return;
    }
    connection.partial.clear();
    note(Clock::now() - connection.asked);
    ask(connection);
  }

  void note(Clock::duration latency) {
    const auto us = static_cast<std::size_t>(std::chrono::duration_cast<microseconds>(latency).count());
    ++answers_by_us_[std::min(us, latency_us_max)];
    ++answers_;
  }

  /// The least latency in µs that this share of the answers did not exceed.
  std::size_t percentile(double share) const {
    std::uint64_t within = 0;
    std::size_t us = 0;
    while (us < latency_us_max &&
           static_cast<double>(within += answers_by_us_[us]) < share * static_cast<double>(answers_)) {
      ++us;
    }
    return us;
  }

  void print(microseconds length) const {
    std::printf(R"({"requests": %llu, "duration_us": %lld, "p50_us": %zu, "p99_us": %zu})"
                "\n",
                static_cast<unsigned long long>(answers_), static_cast<long long>(length.count()), percentile(0.5),
                percentile(0.99));
  }

  const std::string request_;
  Poll poll_;
  std::vector<Connection> connections_;  // by descriptor
  std::string buffer_ = std::string(answer_bytes_max, '\0');
  std::vector<std::uint32_t> answers_by_us_ = std::vector<std::uint32_t>(latency_us_max + 1);
  std::uint64_t answers_ = 0;
};

}  // namespace
}  // namespace vc::bench

int main(int count, char** arguments) {
  if (count != 5) {
    (void)std::fputs("usage: load PORT CONNECTIONS SECONDS TARGET\n", stderr);
    return 2;
  }
  const auto number = [&](int i) { return std::strtoul(arguments[i], nullptr, 10); };
  vc::bench::Load load(static_cast<std::uint16_t>(number(1)), number(2), arguments[4]);
  load.run(std::chrono::seconds(number(3)));
  return 0;
}
