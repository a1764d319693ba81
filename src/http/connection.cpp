#include "http/connection.hpp"

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <iterator>

#include "http/server.hpp"
#include "limits.hpp"

namespace vc::http {
namespace {

constexpr SteadyTime never = SteadyTime::max();

void append_head(std::string& to, const Response& response, std::string_view date, bool close) {
  const auto line = [&](std::string_view name, std::string_view value) {
    to.append(name).append(": ").append(value).append("\r\n");
  };
  fmt::format_to(std::back_inserter(to), "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  line("Date", date);
  for (const Header& header : response.headers) line(header.name, header.value);
  fmt::format_to(std::back_inserter(to), "Content-Length: {}\r\n", response.body.size());
  line("Connection", close ? "close" : "keep-alive");
  to.append("\r\n");
}

}  // namespace

Connection::Connection(Socket socket, Server& server) : socket_(std::move(socket)), server_(server) {
  ++server_.connection_count_;
  server_.connections_.push_back(*this);
  enter(Phase::receiving);
}

Connection::~Connection() {
  unlink();
  server_.connection_ended();
}

Awaitable<void> Connection::serve(std::unique_ptr<Connection> self) {
  boost::system::error_code ignored;
  self->socket_.non_blocking(true, ignored);
  self->socket_.set_option(tcp::no_delay(true), ignored);
  while (co_await self->serve_one() == After::keep) {
  }
}

Awaitable<Connection::After> Connection::serve_one() {
  const auto head_size = co_await receive_head();
  if (!head_size) {
    last_reply_ = true;
    server_.handler_.refuse(head_size.error(), *this);
    co_return co_await finish_reply(After::close);
  }
  if (*head_size == 0) co_return After::close;  // nobody is there any more

  if (!parser_->complete()) {
    const auto body = co_await receive_body(*head_size);
    if (peer_gone_) co_return After::close;
    if (!body) {
      last_reply_ = true;
      server_.handler_.refuse(body.error(), *this);
      co_return co_await finish_reply(After::close);
    }
  }

  enter(Phase::handling);
  last_reply_ = !parser_->keep_alive();
  co_await server_.handler_.handle(parser_->request(), *this);
  buffer_.consume(*head_size);
  co_return co_await finish_reply(last_reply_ ? After::close : After::keep);
}

// A head that has been parsed, and its size; 0 if the client went away, or waited too long.
Awaitable<Parsed<std::size_t>> Connection::receive_head() {
  HeadScanner scanner;
  for (;;) {
    if (buffer_.unread().starts_with("\r\n")) buffer_.consume(2);  // RFC 9112 §2.2: left by an old client
    const auto size = scanner.scan(buffer_.unread());
    if (!size) co_return size;
    if (*size > 0) {
      parser_.emplace(server_.options_.body_bytes_max, server_.options_.bodies);
      if (const auto parsed = parser_->parse_head(buffer_.unread().substr(0, *size)); !parsed) {
        co_return std::unexpected(parsed.error());
      }
      co_return size;
    }
    if (!co_await receive()) co_return 0;
  }
}

Awaitable<Parsed<void>> Connection::receive_body(std::size_t head_size) {
  deadline_ = std::chrono::steady_clock::now() + limits::body_deadline;
  if (parser_->expectation() == Expectation::proceed) write("HTTP/1.1 100 Continue\r\n\r\n");

  buffer_.use_large();
  parser_.emplace(server_.options_.body_bytes_max, server_.options_.bodies);  // the head has moved
  if (const auto parsed = parser_->parse_head(buffer_.unread().substr(0, head_size)); !parsed) {
    co_return std::unexpected(parsed.error());
  }
  for (;;) {
    const std::string_view rest = buffer_.unread().substr(head_size);
    if (!rest.empty()) {
      const auto used = parser_->parse_body(rest);
      if (!used) co_return std::unexpected(used.error());
      buffer_.cut(head_size, *used);
      if (parser_->complete()) co_return Parsed<void>{};
    }
    if (buffer_.room().empty()) co_return std::unexpected(Refusal::malformed);  // a chunk line that never ends
    if (!co_await receive()) co_return Parsed<void>{};
  }
}

// False: the client is gone or its time is up. While the server stops, only what has already arrived is taken.
Awaitable<bool> Connection::receive() {
  if (buffer_.room().empty()) buffer_.make_room();
  const auto room = asio::buffer(buffer_.room().data(), buffer_.room().size());
  auto [error, size] = co_await socket_.async_read_some(room, as_result);
  if (error == asio::error::operation_aborted && server_.stopping_ && socket_.is_open()) {
    size = socket_.read_some(room, error);
  }
  if (error) {
    peer_gone_ = true;
    co_return false;
  }
  buffer_.filled(size);
  if (phase_ == Phase::idle) enter(Phase::receiving);
  co_return true;
}

void Connection::send(const Response& response) {
  last_reply_ = last_reply_ || server_.stopping_;
  std::string& head = server_.head_;
  head.clear();
  append_head(head, response, server_.date_.http_date(server_.clock_.now()), last_reply_);
  head.append(response.body.data(), response.body.size());
  write(head);
}

// The kernel nearly always takes a whole reply at once; what it does not take is kept for finish_reply.
void Connection::write(std::string_view bytes) {
  boost::system::error_code error;
  std::size_t sent = 0;
  if (unsent_.empty()) sent = socket_.write_some(asio::buffer(bytes), error);
  if (error && error != asio::error::would_block) {
    peer_gone_ = true;
    return;
  }
  unsent_.append(bytes.substr(sent));
}

Awaitable<Connection::After> Connection::finish_reply(After after) {
  if (!unsent_.empty() && !peer_gone_) {
    enter(Phase::sending);
    const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(unsent_), as_result);
    peer_gone_ = static_cast<bool>(error);
    unsent_ = {};
  }
  if (peer_gone_) co_return After::close;
  if (after == After::close) {
    co_await linger();
    co_return After::close;
  }
  buffer_.shrink();
  enter(buffer_.unread().empty() ? Phase::idle : Phase::receiving);
  co_return After::keep;
}

// Ends our half, then reads and forgets what the client still sends: closing with bytes unread would reset the
// connection and could take the reply with it (RFC 9112 §9.6).
Awaitable<void> Connection::linger() {
  enter(Phase::lingering);
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  buffer_.consume(buffer_.unread().size());
  buffer_.use_large();
  for (;;) {
    const auto [error, size] =
        co_await socket_.async_read_some(asio::buffer(buffer_.room().data(), buffer_.room().size()), as_result);
    if (error) co_return;
  }
}

void Connection::enter(Phase phase) {
  const auto now = std::chrono::steady_clock::now();
  phase_ = phase;
  switch (phase) {
    case Phase::idle: deadline_ = now + server_.options_.idle_deadline; break;
    case Phase::receiving: deadline_ = now + server_.options_.header_deadline; break;
    case Phase::handling: deadline_ = never; break;
    case Phase::sending: deadline_ = now + limits::write_deadline; break;
    case Phase::lingering: deadline_ = now + limits::linger_deadline; break;
  }
}

void Connection::close_if_due(SteadyTime now) {
  if (now < deadline_) return;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

// What is being handled has no deadline: its answer is on its way.
void Connection::drain() {
  if (phase_ == Phase::handling) return;
  boost::system::error_code ignored;
  const bool nothing_arrived = phase_ == Phase::receiving && buffer_.unread().empty();
  if (phase_ == Phase::idle || nothing_arrived) socket_.cancel(ignored);
  deadline_ = std::min(deadline_, std::chrono::steady_clock::now() + limits::drain_deadline);
}

void Connection::turn_away(Socket socket, Server& server) {
  Connection connection(std::move(socket), server);
  boost::system::error_code ignored;
  connection.socket_.non_blocking(true, ignored);
  connection.last_reply_ = true;
  server.handler_.refuse(Refusal::too_many_connections, connection);
  connection.socket_.shutdown(tcp::socket::shutdown_send, ignored);
  // What it has sent so far is read: closing with bytes unread would take the reply away.
  connection.socket_.read_some(asio::buffer(connection.buffer_.room().data(), connection.buffer_.room().size()),
                               ignored);
}

}  // namespace vc::http
