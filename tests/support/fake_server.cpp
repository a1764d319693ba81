#include "support/fake_server.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "support/certificate.hpp"

namespace vc::tests {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

std::size_t content_length(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
}

}  // namespace

Reaction answer(int status, std::string_view body, std::string_view more_headers) {
  return {fmt::format("HTTP/1.1 {} Said\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), more_headers, body)};
}

FakeServer::FakeServer(React react, Tls tls)
    : react_(std::move(react)),
      tls_(tls),
      acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      port_(acceptor_.local_endpoint().port()) {
  if (tls_ == Tls::on) {
    const Certificate certificate = make_certificate(directory_.path());
    ca_file_ = certificate.file;
    tls_context_.use_certificate_file(certificate.file, ssl::context::pem);
    tls_context_.use_private_key_file(certificate.key, ssl::context::pem);
  }
  acceptor_thread_ = std::thread([this] { accept(); });
}

FakeServer::~FakeServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int descriptor : open_) ::shutdown(descriptor, SHUT_RDWR);
  }
  ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // ends the accept that waits
  acceptor_thread_.join();
  for (std::thread& talker : talkers_) talker.join();
}

std::string FakeServer::url(std::string_view host) const {
  return fmt::format("{}://{}:{}", tls_ == Tls::on ? "https" : "http", host, port_);
}

int FakeServer::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::vector<std::string> FakeServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void FakeServer::accept() {
  for (;;) {
    error_code error;
    Socket socket(context_);
    acceptor_.accept(socket, error);
    const std::lock_guard lock(mutex_);
    if (error || stopping_) return;
    ++connections_;
    open_.push_back(socket.native_handle());
    talkers_.emplace_back([this, taken = std::make_shared<Socket>(std::move(socket))] { talk(std::move(*taken)); });
  }
}

void FakeServer::talk(Socket socket) {
  const int descriptor = socket.native_handle();
  if (tls_ == Tls::on) {
    ssl::stream<Socket&> secure(socket, tls_context_);
    error_code error;
    secure.handshake(ssl::stream_base::server, error);
    if (!error) serve(secure);
  } else {
    serve(socket);
  }
  const std::lock_guard lock(mutex_);  // before the descriptor is closed, and another connection has its number
  std::erase(open_, descriptor);
  error_code ignored;
  socket.close(ignored);
}

template <class Stream>
void FakeServer::serve(Stream& stream) {
  for (;;) {
    std::string request;
    error_code error;
    const std::size_t head = asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", error);
    if (error) return;
    const std::size_t whole = head + content_length(request);
    if (request.size() < whole) {
      asio::read(stream, asio::dynamic_buffer(request), asio::transfer_exactly(whole - request.size()), error);
    }
    if (error) return;
    Reaction reaction;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      reaction = react_(request);
    }
    asio::write(stream, asio::buffer(reaction.bytes), error);
    if (error || reaction.then == Reaction::Then::close) return;
  }
}

}  // namespace vc::tests
