// Accepts connections on one loop, keeps their number and their patience bounded, and ends them when told to.
#pragma once

#include <boost/intrusive/list.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/time_text.hpp"
#include "http/connection.hpp"
#include "http/endpoint.hpp"
#include "http/handler.hpp"
#include "http/loop.hpp"
#include "limits.hpp"

namespace vc::http {

/// Copies share the count of open connections: the servers of one listener get copies of one.
struct ServerOptions {
  std::size_t connections_max;
  std::chrono::seconds header_deadline;
  std::chrono::seconds idle_deadline;
  std::uint64_t body_bytes_max;
  RequestParser::Bodies bodies;
  std::shared_ptr<std::atomic<std::size_t>> open_connections = std::make_shared<std::atomic<std::size_t>>(0);
};

/// A listening socket. Errors: the address is taken, or not one of this machine; the message names it.
Result<Acceptor> listen(Loop& loop, const Endpoint& address);

/// The same socket for another loop: whoever accepts first serves.
Result<Acceptor> share(const Acceptor& acceptor, Loop& loop);

/// Thread: its loop's. Lifetime: loop, clock and handler outlive it; it outlives the loop's `run`.
class Server final {
 public:
  Server(Loop& loop, Acceptor acceptor, Handler& handler, const Clock& clock, ServerOptions options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() = default;

  void start();

  /// Stops accepting, lets every request that has begun to arrive be answered, ends all connections, then calls
  /// `drained`. Once.
  void stop(std::function<void()> drained);

 private:
  friend class Connection;
  using Connections = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

  Awaitable<void> accept();
  Awaitable<void> sweep();
  void adopt(Socket socket);
  void take_backlog();
  void drain_all();
  void connection_ended();
  void finish_if_drained();

  Loop& loop_;
  Acceptor acceptor_;
  Timer accept_pause_;
  Timer sweep_timer_;
  Handler& handler_;
  const Clock& clock_;
  const ServerOptions options_;
  SecondText date_;
  std::string reply_;                                       // the one that is being written
  std::array<char, limits::large_buffer_bytes> discarded_;  // what lingering clients still send

  Connections connections_;
  std::size_t connection_count_ = 0;
  bool sweeping_ = false;
  bool starved_ = false;  // of descriptors
  bool stopping_ = false;
  SteadyTime drained_by_;
  std::function<void()> drained_;
};

}  // namespace vc::http
