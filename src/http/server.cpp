#include "http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "limits.hpp"

namespace vc::http {
namespace {

/// A number that the system has for a socket. -1: it is none.
int option(const FileDescriptor& socket, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(socket.get(), SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

/// nullopt: no TCP socket.
std::optional<tcp> protocol_of(const FileDescriptor& socket) {
  const int family = option(socket, SO_DOMAIN);
  if ((family != AF_INET && family != AF_INET6) || option(socket, SO_PROTOCOL) != IPPROTO_TCP) return std::nullopt;
  return family == AF_INET ? tcp::v4() : tcp::v6();
}

template <class AnySocket>
boost::system::error_code assign(AnySocket& socket, tcp protocol, FileDescriptor descriptor) {
  boost::system::error_code error;
  socket.assign(protocol, descriptor.get(), error);
  if (!error) (void)descriptor.release();
  return error;
}

}  // namespace

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

Result<Endpoint> address_of(const FileDescriptor& listener) {
  Endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (option(listener, SO_ACCEPTCONN) != 1 || !protocol_of(listener) ||
      ::getsockname(listener.get(), endpoint.data(), &size) != 0) {
    return fail("descriptor {} is no listening TCP socket", listener.get());
  }
  endpoint.resize(size);
  return endpoint;
}

Result<Acceptor> adopt(Loop& loop, FileDescriptor listener) {
  const auto address = address_of(listener);
  if (!address) return std::unexpected(address.error());
  Acceptor acceptor(loop.executor());
  if (const auto error = assign(acceptor, address->protocol(), std::move(listener))) {
    return fail("cannot use a listening socket: {}", error.message());
  }
  boost::system::error_code error;
  acceptor.non_blocking(true, error);
  return acceptor;
}

Server::Server(Loop& loop, Acceptor acceptor, Handler& handler, const Clock& clock, ServerOptions options)
    : loop_(loop),
      acceptor_(std::move(acceptor)),
      accept_pause_(loop.executor()),
      sweep_timer_(loop.executor()),
      handler_(handler),
      clock_(clock),
      options_(std::move(options)),
      patience_{options_.idle_deadline, options_.header_deadline, options_.body_deadline, options_.write_deadline,
                options_.linger_deadline} {}

void Server::start() {
  accepting_ = true;
  asio::co_spawn(loop_.executor(), accept(), asio::detached);
}

Awaitable<void> Server::accept() {
  for (;;) {
    Endpoint peer;
    auto [error, socket] = co_await acceptor_.async_accept(peer, as_result);
    if (!error) adopt(std::move(socket), peer);
    if (stopping_) {
      drain_all();
      break;
    }
    if (!error) continue;
    co_await wait_for_descriptor(error);
    if (stopping_) break;
  }
  accepting_ = false;
  finish_if_drained();
}

// No descriptor left, most likely. Those who wait to be accepted are still there when a connection has ended, which
// ends the pause, or when the rest of the process has given one back.
Awaitable<void> Server::wait_for_descriptor(boost::system::error_code reason) {
  const auto now = std::chrono::steady_clock::now();
  if (now >= starvation_told_ + limits::starvation_line_interval) {
    starvation_told_ = now;
    handler_.failed(boost::system::system_error(reason, "cannot accept"));
  }
  accept_pause_.expires_after(limits::accept_pause);
  end_oldest_idle();
  co_await accept_pause_.async_wait(as_result);
}

void Server::take(Passed passed) {
  const auto protocol = protocol_of(passed.socket);
  if (!protocol || options_.tls) return;
  Socket socket(loop_.executor());
  if (assign(socket, *protocol, std::move(passed.socket))) return;
  boost::system::error_code error;
  const Endpoint peer = socket.remote_endpoint(error);
  if (!error) adopt(std::move(socket), peer, passed.unread);  // else its client has gone
}

void Server::adopt(Socket socket, const Endpoint& peer, std::optional<std::string_view> unread) {
  if (options_.open_connections->fetch_add(1) >= options_.connections_max && !end_oldest_idle()) {
    options_.open_connections->fetch_sub(1);
    return turn_away(std::move(socket), peer);
  }
  auto connection = std::make_unique<Connection>(std::move(socket), ip_address(peer), *this, Connection::Place::taken);
  if (unread) connection->begin_with(*unread);
  spawn(options_.tls ? Connection::serve_tls(std::move(connection)) : Connection::serve(std::move(connection)));
}

// Only some of them may take their time to read it: they hold descriptors.
void Server::turn_away(Socket socket, const Endpoint& peer) {
  auto connection = std::make_unique<Connection>(std::move(socket), ip_address(peer), *this, Connection::Place::none);
  if (turned_away_ > limits::turned_away_max) return connection->turn_away_now();
  spawn(Connection::turn_away(std::move(connection)));
}

void Server::spawn(Awaitable<void> life) {
  asio::co_spawn(loop_.executor(), std::move(life), [this](const std::exception_ptr& thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& reason) {
      handler_.failed(reason);
    }
  });
}

// Its socket is closed in the same turn of the loop or the next. False: none is idle.
bool Server::end_oldest_idle() {
  Connections& idle = waiting(Connection::Phase::idle);
  while (!idle.empty()) {
    Connection& oldest = idle.front();
    if (oldest.has_woken()) continue;
    oldest.end_wait();
    return true;
  }
  return false;
}

// Runs only while there are connections: an idle process sleeps.
Awaitable<void> Server::sweep() {
  while (connection_count_ > 0) {
    sweep_timer_.expires_after(limits::sweep_interval);
    co_await sweep_timer_.async_wait(as_result);
    end_overdue(std::chrono::steady_clock::now());
  }
  sweeping_ = false;
}

void Server::end_overdue(SteadyTime now) {
  for (Connections& phase : waiting_) {
    while (!phase.empty() && phase.front().is_due(now)) phase.front().end_wait();
  }
}

void Server::stop(std::function<void()> drained) {
  stopping_ = true;
  take_backlog();
  begin_end(std::move(drained));
}

// Who has connected and was not accepted stays where it is: another server accepts it.
void Server::part(std::function<void(std::vector<Passed>)> parted) {
  stopping_ = true;
  parting_ = true;
  begin_end([this, parted = std::move(parted)] { parted(std::move(passed_)); });
}

void Server::begin_end(std::function<void()> drained) {
  drained_by_ = std::chrono::steady_clock::now() + limits::drain_deadline;
  drained_ = std::move(drained);
  // Not close(): the socket may have other descriptors, and the loop would go on hearing of it.
  boost::system::error_code error;
  const FileDescriptor listener(acceptor_.release(error));
  accept_pause_.cancel();
  drain_all();
  finish_if_drained();
}

// Who has connected before the end is served: closing the socket would reset them.
void Server::take_backlog() {
  for (;;) {
    Socket socket(loop_.executor());
    Endpoint peer;
    boost::system::error_code error;
    acceptor_.accept(socket, peer, error);
    if (error) return;
    adopt(std::move(socket), peer);
  }
}

void Server::drain_all() {
  for (Connections& phase : waiting_) {
    for (auto next = phase.begin(); next != phase.end();) (next++)->drain();  // which may take it off the list
  }
}

void Server::connection_began(Connection::Place place) {
  ++connection_count_;
  if (place == Connection::Place::none) ++turned_away_;
  if (!std::exchange(sweeping_, true)) asio::co_spawn(loop_.executor(), sweep(), asio::detached);
}

void Server::connection_ended(Connection::Place place) {
  --connection_count_;
  if (place == Connection::Place::taken) {
    options_.open_connections->fetch_sub(1);
  } else {
    --turned_away_;
  }
  accept_pause_.cancel();
  finish_if_drained();
}

void Server::finish_if_drained() {
  if (!drained_ || accepting_ || connection_count_ > 0) return;
  sweep_timer_.cancel();
  std::exchange(drained_, nullptr)();
}

}  // namespace vc::http
