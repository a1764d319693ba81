// bare_server FILE ANSWER: the least that a server must do on this disk. It takes what it reads for a request, writes
// as many bytes to FILE as a commit does, flushes them once for all requests that came meanwhile, and sends ANSWER's
// bytes. It parses nothing, counts nothing and logs nothing: `./dev bench` shows what is left to gain above it.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "bench/epoll.hpp"

namespace vc::bench {
namespace {

constexpr std::size_t commit_bytes = 2UZ * (24 + 4096);  // two frames of SQLite's write-ahead log
constexpr std::size_t file_bytes = 1000 * commit_bytes;

using Clients = std::vector<int>;

/// Group commit with nothing in it, on a thread of its own.
class Committer final {
 public:
  Committer(const char* path, int wake) : file_(need(::open(path, O_RDWR | O_CREAT, 0600), path)), wake_(wake) {
    need(::pwrite(file_.get(), std::string(file_bytes, '\0').data(), file_bytes, 0), "pwrite");
    need(::fsync(file_.get()), "fsync");
    std::thread([this] { run(); }).detach();
  }

  void submit(Clients& clients) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.insert(waiting_.end(), clients.begin(), clients.end());
    }
    clients.clear();
    arrived_.notify_one();
  }

  Clients collect() {
    const std::lock_guard lock(mutex_);
    return std::exchange(committed_, {});
  }

 private:
  void run() {
    const std::string bytes(commit_bytes, 'x');
    off_t at = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
      arrived_.wait(lock, [this] { return !waiting_.empty(); });
      const Clients batch = std::exchange(waiting_, {});
      lock.unlock();
      need(::pwrite(file_.get(), bytes.data(), bytes.size(), at), "pwrite");
      need(::fdatasync(file_.get()), "fdatasync");
      at = (at + static_cast<off_t>(bytes.size())) % static_cast<off_t>(file_bytes);
      lock.lock();
      committed_.insert(committed_.end(), batch.begin(), batch.end());
      lock.unlock();
      need(::eventfd_write(wake_, 1), "eventfd");
      lock.lock();
    }
  }

  const FileDescriptor file_;
  const int wake_;
  std::mutex mutex_;  // guards all below
  std::condition_variable arrived_;
  Clients waiting_;
  Clients committed_;
};

int listen_on_loopback() {
  const int listener = need(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any_address = reinterpret_cast<sockaddr*>(&address);
  need(::bind(listener, any_address, size), "bind");
  need(::listen(listener, SOMAXCONN), "listen");
  need(::getsockname(listener, any_address, &size), "getsockname");
  std::printf("port: %d\n", ntohs(address.sin_port));
  (void)std::fflush(stdout);
  return listener;
}

void accept_all(int listener, Poll& poll) {
  for (int client = -1; (client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
    const int on = 1;
    need(::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
    poll.add(client);
  }
}

void serve(const char* path, const std::string& answer) {
  const int wake = need(::eventfd(0, EFD_NONBLOCK), "eventfd");
  const int listener = listen_on_loopback();
  Committer committer(path, wake);
  Poll poll;
  poll.add(wake);
  poll.add(listener);
  std::array<char, 4096> request{};
  Clients asking;
  for (;;) {
    for (const epoll_event& event : poll.wait()) {
      const int fd = event.data.fd;
      if (fd == listener) {
        accept_all(listener, poll);
      } else if (fd == wake) {
        eventfd_t ignored = 0;
        (void)::eventfd_read(wake, &ignored);
      } else if (::recv(fd, request.data(), request.size(), 0) > 0) {
        asking.push_back(fd);
      } else {
        ::close(fd);
      }
    }
    if (!asking.empty()) committer.submit(asking);
    for (const int client : committer.collect()) (void)::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
}

}  // namespace
}  // namespace vc::bench

int main(int count, char** arguments) {
  if (count != 3) {
    (void)std::fputs("usage: bare_server FILE ANSWER\n", stderr);
    return 2;
  }
  const auto answer = vc::read_file(arguments[2]);
  if (!answer) {
    (void)std::fprintf(stderr, "bare_server: %s\n", answer.error().message.c_str());
    return 1;
  }
  vc::bench::serve(arguments[1], *answer);
}
