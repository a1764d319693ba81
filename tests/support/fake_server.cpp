#include "support/fake_server.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <cstdio>

#include "base/check.hpp"

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
  if (tls_ == Tls::on) make_certificate();
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

void FakeServer::make_certificate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_set_version(certificate, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86'400);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  const std::string common_name = "localhost";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name.data()), -1,
                             -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
  X509_add_ext(certificate, names, -1);
  X509_sign(certificate, key, EVP_sha256());

  ca_file_ = directory_ / "certificate.pem";
  std::FILE* file = std::fopen(ca_file_.c_str(), "w");
  check(file != nullptr && PEM_write_X509(file, certificate) == 1, "a test can write its certificate");
  (void)std::fclose(file);
  SSL_CTX_use_certificate(tls_context_.native_handle(), certificate);
  SSL_CTX_use_PrivateKey(tls_context_.native_handle(), key);
  X509_EXTENSION_free(names);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

}  // namespace vc::tests
