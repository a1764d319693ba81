// What a server asks of the program behind it.
#pragma once

#include <exception>
#include <string_view>

#include "http/asio.hpp"
#include "http/message.hpp"
#include "http/parser.hpp"

namespace vc::http {

/// Takes the one answer to a request. It leaves at once: nothing of the response is needed after the call.
///
/// An answer may go on instead: `begin` sends its head, and then the body is what `go_on` is given until the handler
/// ends, and with it the connection (RFC 9112 §6.3, rule 8).
class Reply {
 public:
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  virtual void send(const Response& response) = 0;

  /// Instead of `send`. Requires: a response without a body.
  virtual void begin(const Response& head) = 0;

  /// Waits until the client has taken it, for limits::write_deadline at most. False: the client is gone, or the server
  /// stops; the handler should end. Lifetime: the bytes outlive the call.
  virtual Awaitable<bool> go_on(std::string_view bytes) = 0;

 protected:
  Reply() = default;
  ~Reply() = default;
};

/// Thread: the loop's. Lifetime: outlives the server.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  /// Sends one reply before it ends. `request` and `reply` outlive the coroutine.
  virtual Awaitable<void> handle(const Request& request, Reply& reply) = 0;

  /// Sends one reply to what never became a request; the connection is closed after it.
  virtual void refuse(Refusal refusal, Reply& reply) = 0;

  /// A connection ended by an exception: a library's, as ours throw none. What it had in flight got no answer.
  virtual void failed(const std::exception& reason) = 0;
};

}  // namespace vc::http
