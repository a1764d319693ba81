// Accepts connections on one loop, keeps their number and their patience bounded, and ends them when told to.
#pragma once

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/time_text.hpp"
#include "http/connection.hpp"
#include "http/endpoint.hpp"
#include "http/handler.hpp"
#include "http/loop.hpp"

namespace vc::http {

struct ServerOptions {
  std::size_t connections_max;
  std::chrono::seconds header_deadline;
  std::chrono::seconds idle_deadline;
  std::uint64_t body_bytes_max;
  RequestParser::Bodies bodies;
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
  std::string head_;  // of the reply that is being written

  Connections connections_;
  std::size_t connection_count_ = 0;
  bool sweeping_ = false;
  bool stopping_ = false;
  std::function<void()> drained_;
};

}  // namespace vc::http
