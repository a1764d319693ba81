// What a server asks of the program behind it.
#pragma once

#include <exception>

#include "http/asio.hpp"
#include "http/message.hpp"
#include "http/parser.hpp"

namespace vc::http {

/// Takes the one answer to a request. It leaves at once: nothing of the response is needed after the call.
class Reply {
 public:
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  virtual void send(const Response& response) = 0;

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
