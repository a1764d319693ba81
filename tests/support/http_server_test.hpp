// A server on a free port, a handler that answers with what it was asked, and clients: for the tests beside the server.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "http/server.hpp"
#include "http/suspend.hpp"

namespace vc::http {

using namespace std::chrono_literals;

inline const SystemClock clock_of_test;

/// Answers with what it was asked; `/wait` waits until it is released, `/throw` throws, `/stream` goes on until nobody
/// takes it any more.
class EchoHandler final : public Handler {
 public:
  Awaitable<void> handle(const Request& request, Reply& reply) override {
    if (request.path == "/throw") throw std::runtime_error("planted");
    if (request.path == "/wait") {
      co_await suspend([this](Resume resume) {
        waiting_ = resume;
        reached.store(true);
        reached.notify_all();
      });
    }
    if (request.path == "/stream") co_return co_await stream(reply);
    Response response(200);
    response.text(request.path == "/large"  ? std::string(8 << 20, 'x')
                  : request.path == "/peer" ? text(request.peer)
                                            : fmt::format("{}|{}", request.path, request.body));
    reply.send(response);
  }
  void refuse(Refusal refusal, Reply& reply) override {
    const Response response(refusal == Refusal::too_many_connections ? 429 : 400);
    reply.send(response);
  }
  void failed(const std::exception&) override { ++failures; }

  void release() { waiting_(); }

  std::atomic<bool> reached = false;
  std::atomic<int> failures = 0;

 private:
  static Awaitable<void> stream(Reply& reply) {
    const Response head(200);
    reply.begin(head);
    const std::string piece(1 << 20, 'x');
    bool goes_on = true;
    while (goes_on) goes_on = co_await reply.go_on(piece);
  }

  Resume waiting_;
};

/// Talks to a server through a stream of Asio's.
template <class Stream>
class ClientOf {
 public:
  void send(std::string_view bytes) { asio::write(stream_, asio::buffer(bytes)); }

  /// The next answer's body. Empty: the connection ended.
  std::string answer() {
    boost::system::error_code error;
    const auto size = asio::read_until(stream_, asio::dynamic_buffer(bytes_), "\r\n\r\n", error);
    if (error) return "";
    head = bytes_.substr(0, size);
    bytes_.erase(0, size);
    const auto length = std::stoul(head.substr(head.find("Content-Length: ") + 16));
    while (bytes_.size() < length) {
      std::array<char, 65536> piece;
      bytes_.append(piece.data(), stream_.read_some(asio::buffer(piece)));
    }
    std::string body = bytes_.substr(0, length);
    bytes_.erase(0, length);
    return body;
  }

  bool ended() {
    std::array<char, 1> byte;
    return bytes_.empty() && stream_.read_some(asio::buffer(byte), how_it_ended) == 0;
  }

  std::string head;
  boost::system::error_code how_it_ended;

 protected:
  template <class... Options>
  explicit ClientOf(Options&... options) : stream_(*context_, options...) {}

  Stream& stream() { return stream_; }

 private:
  std::unique_ptr<asio::io_context> context_ = std::make_unique<asio::io_context>();
  Stream stream_;
  std::string bytes_;
};

class Client final : public ClientOf<tcp::socket> {
 public:
  explicit Client(const Endpoint& address) { stream().connect(address); }
  void end() { stream().shutdown(tcp::socket::shutdown_send); }
  void reset() {
    stream().set_option(asio::socket_base::linger(true, 0));
    stream().close();
  }
};

class ServerTest : public testing::Test {
 protected:
  void start(const ServerOptions& options) {
    open_connections_ = options.open_connections;
    auto acceptor = listen(loop_, *parse_endpoint("127.0.0.1:0"));
    ASSERT_TRUE(acceptor);
    tune(*acceptor);
    address_ = acceptor->local_endpoint();
    server_.emplace(loop_, std::move(*acceptor), handler_, clock_of_test, options);
    server_->start();
    thread_ = std::thread([this] { loop_.run(); });
  }

  void SetUp() override { start(options()); }

  void TearDown() override {
    stop();
    if (thread_.joinable()) thread_.join();
  }

  void stop() {
    loop_.post([this] { stop_now(); });
  }

  /// What `action` does reaches the loop's thread all at once.
  template <class Action>
  void at_once(Action action) {
    std::promise<void> done;
    loop_.post([&] {
      action();
      done.set_value();
    });
    done.get_future().wait();
  }

  /// Thread: the loop's.
  void stop_now() {
    if (!std::exchange(stopped_, true)) server_->stop([this] { loop_.finish(); });
  }

  /// For options of sockets: connections inherit them.
  virtual void tune(Acceptor& /*acceptor*/) const {}

  virtual ServerOptions options() const {
    return {.connections_max = 10,
            .header_deadline = 10s,
            .idle_deadline = 75s,
            .body_bytes_max = 1'000,
            .bodies = RequestParser::Bodies::keep};
  }

  Client client() { return Client(address_); }

  void wait_until_open(std::size_t connections) {
    while (*open_connections_ != connections) std::this_thread::yield();
  }

  std::shared_ptr<const std::atomic<std::size_t>> open_connections_;
  Loop loop_;
  EchoHandler handler_;
  std::optional<Server> server_;
  std::thread thread_;
  Endpoint address_;
  bool stopped_ = false;
};

inline std::string get(std::string_view path) { return fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path); }

}  // namespace vc::http
