#include "http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <unistd.h>

#include <utility>

#include "limits.hpp"

namespace vc::http {

Result<Acceptor> listen(Loop& loop, const Endpoint& address) {
  Acceptor acceptor(loop.executor());
  boost::system::error_code error;
  const auto failed = [&] {
    const bool taken = error == asio::error::address_in_use;
    return fail("cannot listen on {}: {}{}", text(address), error.message(),
                taken ? "; stop the program that does, or choose another port" : "");
  };
  acceptor.open(address.protocol(), error);
  if (error) return failed();
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (error) return failed();
  acceptor.bind(address, error);
  if (error) return failed();
  acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return failed();
  acceptor.non_blocking(true, error);
  if (error) return failed();
  return acceptor;
}

Result<Acceptor> share(const Acceptor& acceptor, Loop& loop) {
  boost::system::error_code error;
  const tcp protocol = acceptor.local_endpoint(error).protocol();
  const int descriptor = ::dup(const_cast<Acceptor&>(acceptor).native_handle());
  if (error || descriptor < 0) return fail("cannot share a listening socket");
  Acceptor copy(loop.executor());
  copy.assign(protocol, descriptor, error);
  if (error) return fail("cannot share a listening socket: {}", error.message());
  copy.non_blocking(true, error);
  return copy;
}

Server::Server(Loop& loop, Acceptor acceptor, Handler& handler, const Clock& clock, ServerOptions options)
    : loop_(loop),
      acceptor_(std::move(acceptor)),
      accept_pause_(loop.executor()),
      sweep_timer_(loop.executor()),
      handler_(handler),
      clock_(clock),
      options_(std::move(options)) {}

void Server::start() { asio::co_spawn(loop_.executor(), accept(), asio::detached); }

Awaitable<void> Server::accept() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(as_result);
    if (!error) adopt(std::move(socket));
    if (stopping_) {
      drain_all();
      break;
    }
    if (!error) {
      starved_ = false;
      continue;
    }
    // No descriptor left, most likely: those who wait are still there when one is free again.
    if (!std::exchange(starved_, true)) handler_.failed(boost::system::system_error(error, "cannot accept"));
    accept_pause_.expires_after(limits::accept_pause);
    co_await accept_pause_.async_wait(as_result);
    if (stopping_) break;
  }
}

void Server::adopt(Socket socket) {
  const bool one_too_many = options_.open_connections->fetch_add(1) >= options_.connections_max;
  if (one_too_many) return Connection::turn_away(std::move(socket), *this);
  auto connection = std::make_unique<Connection>(std::move(socket), *this);
  asio::co_spawn(loop_.executor(), Connection::serve(std::move(connection)), [this](const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& reason) {
      handler_.failed(reason);
    }
  });
  if (!std::exchange(sweeping_, true)) asio::co_spawn(loop_.executor(), sweep(), asio::detached);
}

// Runs only while there are connections: an idle process sleeps.
Awaitable<void> Server::sweep() {
  while (!connections_.empty()) {
    sweep_timer_.expires_after(limits::sweep_interval);
    co_await sweep_timer_.async_wait(as_result);
    const auto now = std::chrono::steady_clock::now();
    for (Connection& connection : connections_) connection.close_if_due(now);
  }
  sweeping_ = false;
}

void Server::stop(std::function<void()> drained) {
  stopping_ = true;
  drained_by_ = std::chrono::steady_clock::now() + limits::drain_deadline;
  drained_ = std::move(drained);
  take_backlog();
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  drain_all();
  finish_if_drained();
}

// Who has connected before the end is served: closing the socket would reset them.
void Server::take_backlog() {
  for (;;) {
    Socket socket(loop_.executor());
    boost::system::error_code error;
    acceptor_.accept(socket, error);
    if (error) return;
    adopt(std::move(socket));
  }
}

void Server::drain_all() {
  for (Connection& connection : connections_) connection.drain();
}

void Server::connection_ended() {
  options_.open_connections->fetch_sub(1);
  --connection_count_;
  finish_if_drained();
}

void Server::finish_if_drained() {
  if (drained_ && connection_count_ == 0) std::exchange(drained_, nullptr)();
}

}  // namespace vc::http
