#include "http/connection.hpp"

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <ctime>

#include "base/append.hpp"
#include "base/check.hpp"
#include "http/server.hpp"
#include "limits.hpp"

namespace vc::http {
namespace {

/// The one status of ours that has neither a body nor its length (RFC 9110 §8.6).
constexpr int no_content = 204;

constexpr SteadyTime never = SteadyTime::max();

/// A few milliseconds behind, and four times cheaper to read than the exact time: good enough for deadlines.
SteadyTime coarse_now() {
  timespec now{};
  (void)::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return SteadyTime(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

/// Whether a reply ends with its body or with its connection.
enum class End { body, connection };

void append_reply(std::string& to, const Response& response, std::string_view date, bool close, End end = End::body) {
  const std::string_view head(response.head.data(), response.head.size());
  const std::string_view body(response.body.data(), response.body.size());
  const fmt::format_int status(response.status);
  const fmt::format_int length(body.size());
  const auto text = [](const fmt::format_int& number) { return std::string_view(number.data(), number.size()); };

  constexpr std::size_t fixed_bytes = 160;  // all that is of neither of them
  append(to, fixed_bytes + head.size() + body.size(), [&](char* at) {
    at = put(at, "HTTP/1.1 ", text(status), " ", reason_phrase(response.status), "\r\nDate: ", date, "\r\n", head);
    if (response.status != no_content && end == End::body) at = put(at, "Content-Length: ", text(length), "\r\n");
    at = put(at, "Connection: ", close ? "close" : "keep-alive", "\r\n\r\n");
    return put(at, body);
  });
}

}  // namespace

Connection::Connection(Socket socket, const IpAddress& peer, Server& server, Place place)
    : socket_(std::move(socket)), server_(server), place_(place), peer_(peer) {
  server_.connection_began(place_);
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  if (server_.options_.tls) tls_ = std::make_unique<TlsSession>(server_.options_.tls->get(), socket_.native_handle());
  enter(Phase::receiving);
}

void Connection::begin_with(std::string_view unread) {
  if (unread.empty()) return enter(Phase::idle);
  if (unread.size() > buffer_.room().size()) buffer_.use_large();
  const auto room = buffer_.room();
  check(unread.size() <= room.size(), "what one server has read fits another's buffer");
  std::ranges::copy(unread, room.begin());
  buffer_.filled(unread.size());
}

Connection::~Connection() {
  if (is_linked()) unlink();
  server_.connection_ended(place_);
}

// The way of every request. What happens rarely is in coroutines of its own, so that this frame is all an idle
// connection keeps.
Awaitable<void> Connection::serve(std::unique_ptr<Connection> self) {
  while (!self->peer_gone_ && !self->last_reply_) {
    if (self->may_leave()) co_return self->leave();
    const auto head_size = self->next_head();
    if (!head_size) {
      self->refuse(head_size.error());
    } else if (*head_size == 0) {
      const auto room = self->room();
      if (self->wait_is_over_) {
        self->look_once_more();
        continue;
      }
      if (self->tls_) {
        co_await self->receive_tls(room);
        continue;
      }
      const auto [error, size] =
          co_await self->socket_.async_read_some(asio::buffer(room.data(), room.size()), as_result);
      self->received(error, size);
      continue;
    } else {
      if (!self->parser_->complete()) {
        const auto body = co_await self->receive_body(*head_size);
        if (!body) self->refuse(body.error());
      }
      if (self->peer_gone_) break;
      if (self->parser_->complete()) {
        self->enter(Phase::handling);
        self->last_reply_ = !self->parser_->keep_alive();
        co_await self->server_.handler_.handle(self->parser_->request(), *self);
        self->buffer_.consume(*head_size);
      }
    }
    if (!self->unsent_.empty()) co_await self->send_rest();
    self->buffer_.shrink();
    self->enter(self->buffer_.unread().empty() ? Phase::idle : Phase::receiving);
    // Behind the other replies of this turn: by then the next request has often come, and no read is in vain.
    if (!self->last_reply_) co_await self->server_.loop_.behind_the_others();
    if (self->server_.stopping_ && self->phase_ == Phase::idle && !self->may_leave()) self->end_wait();
  }
  if (!self->peer_gone_) co_await self->linger();
}

Awaitable<void> Connection::serve_tls(std::unique_ptr<Connection> self) {
  Connection& connection = *self;
  if (co_await connection.shake_hands()) {
    co_await serve(std::move(self));
  } else if (!connection.peer_gone_) {
    co_await connection.linger();
  }
}

// False: they agree on nothing, or not in time, which is that of a head.
Awaitable<bool> Connection::shake_hands() {
  for (;;) {
    const bool begun = tls_->midway();
    const auto error = tls_->handshake();
    if (error != asio::error::would_block) co_return !error;
    if (wait_is_over_) {
      peer_gone_ = begun || !tls_->midway();
      if (peer_gone_) co_return false;
      enter(Phase::receiving);  // its first bytes have come after all
    }
    co_await until_tls_goes_on();
  }
}

// If the wait ends otherwise, the next step finds out.
Awaitable<void> Connection::until_tls_goes_on() {
  const auto ready = tls_->waits_to_write() ? tcp::socket::wait_write : tcp::socket::wait_read;
  co_await socket_.async_wait(ready, as_result);
}

// A head that has been parsed, and its size; 0 if it is not complete.
Parsed<std::size_t> Connection::next_head() {
  buffer_.consume(scanner_.empty_line(buffer_.unread()));
  const auto size = scanner_.scan(buffer_.unread());
  if (!size || *size == 0) return size;
  scanner_ = {};
  parser_.emplace(server_.options_.body_bytes_max, server_.options_.bodies, peer_);
  if (const auto parsed = parser_->parse_head(buffer_.unread().substr(0, *size)); !parsed) {
    return std::unexpected(parsed.error());
  }
  return size;
}

Awaitable<Parsed<void>> Connection::receive_body(std::size_t head_size) {
  enter(Phase::receiving_body);
  if (parser_->expectation() == Expectation::proceed) write("HTTP/1.1 100 Continue\r\n\r\n");

  buffer_.use_large();
  parser_.emplace(server_.options_.body_bytes_max, server_.options_.bodies, peer_);  // the head has moved
  check(parser_->parse_head(buffer_.unread().substr(0, head_size)).has_value(), "a head is the same when it has moved");
  for (;;) {
    const std::string_view rest = buffer_.unread().substr(head_size);
    if (!rest.empty()) {
      const auto used = parser_->parse_body(rest);
      if (!used) co_return std::unexpected(used.error());
      buffer_.cut(head_size, *used);
      if (parser_->complete()) co_return Parsed<void>{};
    }
    const auto room = buffer_.room();
    if (room.empty()) co_return std::unexpected(Refusal::malformed);  // a chunk line that never ends
    if (wait_is_over_) {
      look_once_more();
      co_return Parsed<void>{};
    }
    if (tls_) {
      if (!co_await receive_tls(room)) co_return Parsed<void>{};
      continue;
    }
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(room.data(), room.size()), as_result);
    if (!received(error, size)) co_return Parsed<void>{};
  }
}

std::span<char> Connection::room() {
  if (buffer_.room().empty()) buffer_.make_room();
  return buffer_.room();
}

// False: the client is gone or its time is up.
bool Connection::received(boost::system::error_code error, std::size_t size) {
  if (error == asio::error::operation_aborted && phase_ != Phase::receiving_body && may_leave()) return false;
  if (error == asio::error::operation_aborted) return look_once_more();
  peer_gone_ = static_cast<bool>(error);
  if (peer_gone_) return false;
  buffer_.filled(size);
  if (phase_ == Phase::idle) enter(Phase::receiving);
  return true;
}

// A read of what is behind the TLS: gives what `received` gives.
Awaitable<bool> Connection::receive_tls(std::span<char> room) {
  for (;;) {
    boost::system::error_code error;
    const std::size_t size = tls_->read(room, error);
    if (error != asio::error::would_block) co_return received(error, size);
    if (wait_is_over_) co_return look_once_more();
    if (phase_ == Phase::idle && tls_->midway()) enter(Phase::receiving);
    co_await until_tls_goes_on();
  }
}

// Where nothing had arrived when the wait ended, a request may have come since: closing now would reset it. False: no.
bool Connection::look_once_more() {
  boost::system::error_code error = asio::error::timed_out;
  std::size_t size = 0;
  if (nothing_has_arrived()) {
    const auto room = buffer_.room();
    size = tls_ ? tls_->read(room, error) : socket_.read_some(asio::buffer(room.data(), room.size()), error);
    if (error == asio::error::would_block && tls_ && tls_->midway()) error = {};  // the first bytes of a record
  }
  peer_gone_ = static_cast<bool>(error);
  if (peer_gone_) return false;
  buffer_.filled(size);
  enter(Phase::receiving);
  return true;
}

bool Connection::nothing_has_arrived() const {
  if (phase_ == Phase::idle) return true;
  return phase_ == Phase::receiving && buffer_.unread().empty() && !(tls_ && tls_->midway());
}

// Between two requests, or in the middle of a head.
bool Connection::may_leave() const { return server_.parting_ && !tls_ && place_ == Place::taken; }

// Its socket stays open, and nobody here knows it any more.
void Connection::leave() {
  boost::system::error_code error;
  const int socket = socket_.release(error);
  peer_gone_ = true;
  if (!error) server_.passed_.push_back({FileDescriptor(socket), std::string(buffer_.unread())});
}

void Connection::refuse(Refusal refusal) {
  last_reply_ = true;
  server_.handler_.refuse(refusal, *this);
}

void Connection::send(const Response& response) {
  last_reply_ = last_reply_ || (server_.stopping_ && !may_leave());
  std::string& reply = server_.reply_;
  reply.clear();
  append_reply(reply, response, server_.date_.http_date(server_.clock_.now()), last_reply_);
  write(reply);
}

void Connection::begin(const Response& head) {
  last_reply_ = true;
  std::string& reply = server_.reply_;
  reply.clear();
  append_reply(reply, head, server_.date_.http_date(server_.clock_.now()), last_reply_, End::connection);
  write(reply);
}

Awaitable<bool> Connection::go_on(std::string_view bytes) {
  if (!peer_gone_) write(bytes);
  if (!peer_gone_ && !unsent_.empty()) {
    co_await send_rest();
    enter(Phase::handling);
  }
  co_return !peer_gone_ && !server_.stopping_;
}

// The kernel nearly always takes a whole reply at once; what it does not take is kept for send_rest.
void Connection::write(std::string_view bytes) {
  boost::system::error_code error;
  std::size_t sent = 0;
  if (unsent_.empty()) sent = tls_ ? tls_->write(bytes, error) : socket_.write_some(asio::buffer(bytes), error);
  if (error && error != asio::error::would_block) {
    peer_gone_ = true;
    return;
  }
  unsent_.append(bytes.substr(sent));
}

Awaitable<void> Connection::send_rest() {
  enter(Phase::sending);
  if (tls_) {
    co_await send_rest_tls();
  } else {
    const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(unsent_), as_result);
    if (error) peer_gone_ = true;
  }
  unsent_ = {};
}

Awaitable<void> Connection::send_rest_tls() {
  for (std::string_view rest = unsent_; !rest.empty() && !peer_gone_;) {
    co_await until_tls_goes_on();
    boost::system::error_code error;
    rest.remove_prefix(tls_->write(rest, error));
    if (error && error != asio::error::would_block) peer_gone_ = true;
  }
}

// Ends our half, then reads and forgets what the client still sends: closing with bytes unread would reset the
// connection and could take the reply with it (RFC 9112 §9.6).
Awaitable<void> Connection::linger() {
  enter(Phase::lingering);
  if (tls_) tls_->say_goodbye();
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  for (;;) {
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(server_.discarded_), as_result);
    if (error) co_return;
  }
}

void Connection::enter(Phase phase) {
  if (is_linked()) unlink();
  phase_ = phase;
  wait_is_over_ = false;
  if (phase == Phase::handling) {
    deadline_ = never;  // its answer is on its way
    return;
  }
  const SteadyTime now = coarse_now();
  deadline_ = now + server_.patience(phase);
  if (server_.stopping_) deadline_ = std::min(deadline_, at_the_latest(now));
  server_.waiting(phase).push_back(*this);
}

// A server that stops waits for its clients no longer than that, but always long enough to take an answer. For one that
// parts everybody waits: a client that has its answer has until the next sweep to close.
SteadyTime Connection::at_the_latest(SteadyTime now) const {
  if (server_.parting_ && phase_ == Phase::lingering) return now;
  return std::max(server_.drained_by_, now + server_.options_.linger_deadline);
}

// A read that has completed keeps its bytes, and its request needs the socket for the answer: reading is cancelled, not
// shut down. What is left of writing or lingering serves nobody any more. The socket stays open as long as its TLS.
void Connection::end_wait() {
  if (is_linked()) unlink();
  wait_is_over_ = true;
  boost::system::error_code ignored;
  if (phase_ == Phase::sending || phase_ == Phase::lingering) {
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    peer_gone_ = true;
  }
  socket_.cancel(ignored);
}

bool Connection::has_woken() {
  boost::system::error_code ignored;
  const bool woken = socket_.available(ignored) > 0;
  if (woken) enter(Phase::receiving);
  return woken;
}

void Connection::drain() {
  const bool between_requests = phase_ == Phase::idle || phase_ == Phase::receiving;
  if (nothing_has_arrived() || (may_leave() && between_requests)) {
    end_wait();
  } else {
    deadline_ = std::min(deadline_, at_the_latest(coarse_now()));
  }
}

Awaitable<void> Connection::turn_away(std::unique_ptr<Connection> self) {
  if (self->tls_) {
    const bool agreed = co_await self->shake_hands();  // apart: g++ 12 gets a co_await behind && wrong
    if (!agreed) co_return;
  }
  self->refuse(Refusal::too_many_connections);
  co_await self->linger();
}

void Connection::turn_away_now() {
  if (!tls_) refuse(Refusal::too_many_connections);
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  // What it has sent so far is read: closing with bytes unread would take the reply away.
  socket_.read_some(asio::buffer(server_.discarded_), ignored);
}

}  // namespace vc::http
