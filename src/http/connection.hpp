// One client: requests in, one answer each, in order.
#pragma once

#include <boost/intrusive/list_hook.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "http/asio.hpp"
#include "http/buffer.hpp"
#include "http/handler.hpp"
#include "http/parser.hpp"

namespace vc::http {

class Server;

/// Thread: its loop's. Owned by its own coroutine; on the server's list for as long as it lives.
class Connection final
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
      Reply {
 public:
  Connection(Socket socket, Server& server);
  ~Connection();

  /// Serves the client until one of the two sides ends it.
  static Awaitable<void> serve(std::unique_ptr<Connection> connection);

  /// Closes the connection if it has waited too long for its client.
  void close_if_due(SteadyTime now);

  /// Closes an idle connection, after one last look for a request that has arrived; lets a busy one finish.
  void drain();

  /// For a client that is one too many: the refusal, and the end.
  static void turn_away(Socket socket, Server& server);

 private:
  enum class Phase { idle, receiving, receiving_body, handling, sending, lingering };

  Parsed<std::size_t> next_head();
  Awaitable<Parsed<void>> receive_body(std::size_t head_size);
  std::span<char> room();
  bool received(boost::system::error_code error, std::size_t size);
  void refuse(Refusal refusal);
  Awaitable<void> send_rest();
  Awaitable<void> linger();

  void send(const Response& response) override;
  void write(std::string_view bytes);
  void enter(Phase phase);
  std::chrono::seconds patience(Phase phase) const;

  Socket socket_;
  Server& server_;
  ReadBuffer buffer_;
  HeadScanner scanner_;
  std::optional<RequestParser> parser_;
  std::string unsent_;
  bool peer_gone_ = false;
  bool last_reply_ = false;  // this reply says `Connection: close`
  Phase phase_ = Phase::receiving;
  SteadyTime deadline_;
};

}  // namespace vc::http
