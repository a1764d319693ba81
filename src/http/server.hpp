// Accepts connections on one loop, keeps their number and their patience bounded, and ends them when told to.
#pragma once

#include <boost/intrusive/list.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/result.hpp"
#include "base/time_text.hpp"
#include "http/connection.hpp"
#include "http/endpoint.hpp"
#include "http/handler.hpp"
#include "http/loop.hpp"
#include "http/tls.hpp"
#include "limits.hpp"

namespace vc::http {

/// Copies share the count of open connections: the servers of one listener get copies of one.
struct ServerOptions {
  std::size_t connections_max;
  std::chrono::milliseconds header_deadline;
  std::chrono::milliseconds idle_deadline;
  std::uint64_t body_bytes_max;
  RequestParser::Bodies bodies;
  std::chrono::milliseconds body_deadline = limits::body_deadline;
  std::chrono::milliseconds write_deadline = limits::write_deadline;
  std::chrono::milliseconds linger_deadline = limits::linger_deadline;
  std::shared_ptr<const CurrentTls> tls;  // null: plain HTTP
  std::shared_ptr<std::atomic<std::size_t>> open_connections = std::make_shared<std::atomic<std::size_t>>(0);
};

/// A listening socket. Errors: the address is taken, or not one of this machine; the message names it.
Result<Acceptor> listen(Loop& loop, const Endpoint& address);

/// Where a socket listens. Errors: it does not, or not with TCP.
Result<Endpoint> address_of(const FileDescriptor& listener);

/// A socket that listens, for a loop: of those who have it, whoever accepts first serves. Errors: as above.
Result<Acceptor> adopt(Loop& loop, FileDescriptor listener);

/// A connection between two servers: nothing is being answered on it.
struct Passed {
  FileDescriptor socket;
  std::string unread;  // has been read, and answers none yet
};

/// A client beyond `connections_max` takes the place of the connection of this server that has been idle longest; the
/// same helps where the process has no descriptor left. Where none is idle it is turned away, or waits for a
/// descriptor. Thread: its loop's. Lifetime: loop, clock and handler outlive it; it outlives the loop's `run`.
class Server final {
 public:
  Server(Loop& loop, Acceptor acceptor, Handler& handler, const Clock& clock, ServerOptions options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() = default;

  void start();

  /// Goes on with a connection that another server of the same listener has let go of. Plain HTTP.
  void take(Passed passed);

  /// Stops accepting and reading, lets every request that is being answered be answered, then calls `parted` with the
  /// connections and the bytes of them that are read and not used: another server goes on with them, and with the
  /// listening socket, of which the caller has kept a descriptor. Connections with TLS end, as do those that are in the
  /// middle of a body, or do not take their answer, for too long. Once.
  void part(std::function<void(std::vector<Passed>)> parted);

  /// Stops accepting, lets every request that has begun to arrive be answered, ends all connections, then calls
  /// `drained`. Once.
  void stop(std::function<void()> drained);

 private:
  friend class Connection;
  using Connections = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

  Awaitable<void> accept();
  Awaitable<void> sweep();
  Awaitable<void> wait_for_descriptor(boost::system::error_code reason);
  void adopt(Socket socket, const Endpoint& peer, std::optional<std::string_view> unread = std::nullopt);
  void begin_end(std::function<void()> drained);
  void turn_away(Socket socket, const Endpoint& peer);
  void spawn(Awaitable<void> life);
  bool end_oldest_idle();
  void take_backlog();
  void end_overdue(SteadyTime now);
  void drain_all();
  void connection_began(Connection::Place place);
  void connection_ended(Connection::Place place);
  void finish_if_drained();

  /// The connections that wait in this phase: all equally long, so those whose deadline is next are in front.
  Connections& waiting(Connection::Phase phase) { return waiting_[static_cast<std::size_t>(phase)]; }

  /// How long they do.
  std::chrono::milliseconds patience(Connection::Phase phase) const {
    return patience_[static_cast<std::size_t>(phase)];
  }

  Loop& loop_;
  Acceptor acceptor_;
  Timer accept_pause_;
  Timer sweep_timer_;
  Handler& handler_;
  const Clock& clock_;
  const ServerOptions options_;
  const std::array<std::chrono::milliseconds, Connection::waiting_phases> patience_;  // in the order of phases
  SecondText date_;
  std::string reply_;                                       // the one that is being written
  std::array<char, limits::large_buffer_bytes> discarded_;  // what lingering clients still send

  std::array<Connections, Connection::waiting_phases> waiting_;
  std::size_t connection_count_ = 0;
  std::size_t turned_away_ = 0;  // and not gone yet
  bool sweeping_ = false;
  bool accepting_ = false;
  SteadyTime starvation_told_;
  bool stopping_ = false;
  bool parting_ = false;
  std::vector<Passed> passed_;
  SteadyTime drained_by_;
  std::function<void()> drained_;
};

}  // namespace vc::http
