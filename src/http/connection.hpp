// One client: requests in, one answer each, in order.
#pragma once

#include <boost/intrusive/list_hook.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/asio.hpp"
#include "http/buffer.hpp"
#include "http/handler.hpp"
#include "http/parser.hpp"
#include "http/tls.hpp"

namespace vc::http {

class Server;

/// Thread: its loop's. Owned by its own coroutine; while it waits for its client, on the server's list of its phase.
class Connection final
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
      Reply {
 public:
  enum class Phase { idle, receiving, receiving_body, sending, lingering, handling };
  static constexpr auto waiting_phases = static_cast<std::size_t>(Phase::handling);  // which waits for no client

  /// Whether it takes one of the server's `connections_max` places.
  enum class Place { taken, none };

  Connection(Socket socket, const IpAddress& peer, Server& server, Place place);
  ~Connection();

  /// Goes on where another server let go of it: what its client has sent. Requires: it fits a large buffer.
  void begin_with(std::string_view unread);

  /// Serves the client until one of the two sides ends it.
  static Awaitable<void> serve(std::unique_ptr<Connection> connection);

  /// The same with TLS, on a server that has it.
  static Awaitable<void> serve_tls(std::unique_ptr<Connection> connection);

  /// For a client that is one too many: the refusal, and the end.
  static Awaitable<void> turn_away(std::unique_ptr<Connection> connection);

  /// The same at once: the client may not see the refusal if it sends more, and with TLS does not.
  void turn_away_now();

  bool is_due(SteadyTime now) const { return deadline_ <= now; }

  /// Ends the wait for the client, and with it the connection: not before a request whose bytes have been read is
  /// answered, nor, if it is idle, before one that has reached the machine. Leaves the server's list.
  void end_wait();

  /// For an idle connection: whether bytes have reached the machine. The request they begin has its deadline from now.
  bool has_woken();

  /// Ends the wait of a connection on which nothing has begun to arrive; lets others finish, in bounded time.
  void drain();

 private:
  Parsed<std::size_t> next_head();
  Awaitable<Parsed<void>> receive_body(std::size_t head_size);
  std::span<char> room();
  bool received(boost::system::error_code error, std::size_t size);
  Awaitable<bool> receive_tls(std::span<char> room);
  Awaitable<bool> shake_hands();
  Awaitable<void> until_tls_goes_on();
  bool look_once_more();
  bool nothing_has_arrived() const;
  bool may_leave() const;
  void leave();
  void refuse(Refusal refusal);
  Awaitable<void> send_rest();
  Awaitable<void> send_rest_tls();
  Awaitable<void> linger();

  void send(const Response& response) override;
  void begin(const Response& head) override;
  Awaitable<bool> go_on(std::string_view bytes) override;
  void write(std::string_view bytes);
  void enter(Phase phase);
  SteadyTime at_the_latest(SteadyTime now) const;

  Socket socket_;
  Server& server_;
  std::unique_ptr<TlsSession> tls_;  // null: plain HTTP
  const Place place_;
  const IpAddress peer_;
  Phase phase_ = Phase::receiving;
  SteadyTime deadline_;
  bool peer_gone_ = false;
  bool last_reply_ = false;  // this reply says `Connection: close`
  bool wait_is_over_ = false;
  HeadScanner scanner_;
  std::string unsent_;
  std::optional<RequestParser> parser_;
  ReadBuffer buffer_;  // last, as its bytes are: what every request touches is in few lines of the cache
};

}  // namespace vc::http
