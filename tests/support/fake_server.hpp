// A server for tests of clients: it reads whole requests and answers what the test says, with TLS or without.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/temporary_directory.hpp"

namespace vc::tests {

/// What follows a request: these bytes, and the end of the connection or not.
struct Reaction {
  std::string bytes;
  enum class Then { keep, close } then = Then::keep;
};

/// A whole answer with this status and body.
Reaction answer(int status, std::string_view body, std::string_view more_headers = "");

/// Listens on a port of 127.0.0.1. Each request, head and body, is handed to `react`, on any thread, one at a time.
class FakeServer final {
 public:
  using React = std::function<Reaction(const std::string& request)>;
  enum class Tls { off, on };

  explicit FakeServer(React react, Tls tls = Tls::off);
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  ~FakeServer();

  std::uint16_t port() const { return port_; }
  /// `http://127.0.0.1:PORT`
  std::string url(std::string_view host = "127.0.0.1") const;
  /// A file with the certificate, which is for `localhost` alone. Requires: TLS.
  const std::string& ca_file() const { return ca_file_; }

  int connections() const;
  std::vector<std::string> requests() const;

 private:
  using Socket = boost::asio::ip::tcp::socket;

  void accept();
  void talk(Socket socket);
  template <class Stream>
  void serve(Stream& stream);

  const React react_;
  const Tls tls_;
  boost::asio::io_context context_;
  boost::asio::ssl::context tls_context_{boost::asio::ssl::context::tls_server};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_;
  TemporaryDirectory directory_;
  std::string ca_file_;

  mutable std::mutex mutex_;  // guards all below
  std::vector<int> open_;     // descriptors of connections
  int connections_ = 0;
  bool stopping_ = false;
  std::vector<std::string> requests_;
  std::vector<std::thread> talkers_;

  std::thread acceptor_thread_;
};

}  // namespace vc::tests
