#include "aws/https_client.hpp"

#include <sys/socket.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace vc::aws {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using Request = http::request<http::string_body>;
using Parser = http::response_parser<http::string_body>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// Where systems keep the certificates they trust: Debian, Amazon Linux.
constexpr std::array system_ca_files = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"};

Result<void> trust(ssl::context& context, const std::string& given) {
  std::string file = given;
  for (const char* candidate : system_ca_files) {
    std::error_code ignored;
    if (file.empty() && std::filesystem::exists(candidate, ignored)) file = candidate;
  }
  if (file.empty())
    return fail("no file of trusted certificates; install ca-certificates, or name one (AWS_CA_BUNDLE)");
  error_code error;
  context.load_verify_file(file, error);
  if (error) return fail("cannot read the certificates in {}: {}", file, error.message());
  return {};
}

/// A connection, with TLS or without, and when it was opened and last used.
struct Connection {
  Connection(asio::io_context& context, ssl::context& tls_context, Scheme scheme) {
    buffer.reserve(limits::large_buffer_bytes);  // Beast reads 512 bytes at a time into a buffer without room
    if (scheme == Scheme::https) {
      tls.emplace(context, tls_context);
    } else {
      plain.emplace(context);
    }
  }

  beast::tcp_stream& tcp() { return tls ? tls->next_layer() : *plain; }

  /// Whether the server still listens and has said nothing since the last answer. Does not wait.
  bool quiet() {
    char byte = 0;
    const auto size = ::recv(tcp().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  std::optional<TlsStream> tls;
  std::optional<beast::tcp_stream> plain;
  beast::flat_buffer buffer;
  SteadyTime opened = Clock::now();
  SteadyTime used = opened;
};

Request wire_form(const HttpRequest& request, const std::string& authority) {
  Request wire(http::string_to_verb({request.method.data(), request.method.size()}), request.target, 11);
  wire.set(http::field::host, authority);
  for (const Header& header : request.headers) wire.insert(header.name, header.value);
  wire.body() = request.body;
  wire.content_length(request.body.size());
  return wire;
}

HttpResponse plain_form(const Parser::value_type& answer) {
  HttpResponse response{static_cast<int>(answer.result_int()), {}, answer.body()};
  for (const auto& field : answer) {
    response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  return response;
}

HttpFailure failure(Sent sent, error_code error, std::string_view doing) {
  const bool late = error == beast::error::timeout;
  const bool answered = error.category() == http::make_error_code(http::error::bad_version).category();
  const bool ended = error == http::error::end_of_stream || error == http::error::partial_message;
  HttpTrouble trouble = HttpTrouble::connection;
  if (late) trouble = HttpTrouble::timeout;
  if (answered && !ended) trouble = HttpTrouble::answer;
  return {sent, trouble, fmt::format("{}: {}", doing, error.message())};
}

/// What SSL_set_tlsext_host_name does, without the macro's cast.
void name_server(TlsStream& stream, std::string name) {
  SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
}

template <class Stream>
asio::awaitable<HttpResult> exchange(Stream& stream, beast::flat_buffer& buffer, const Request& request,
                                     Parser& parser) {
  if (auto [error, size] = co_await http::async_write(stream, const_cast<Request&>(request), as_result); error) {
    co_return std::unexpected(failure(Sent::perhaps, error, "cannot send"));
  }
  if (auto [error, size] = co_await http::async_read(stream, buffer, parser, as_result); error) {
    co_return std::unexpected(failure(Sent::perhaps, error, "no answer"));
  }
  if (parser.get().result_int() < 200) {
    co_return std::unexpected(HttpFailure{Sent::perhaps, HttpTrouble::answer, "an interim answer came"});
  }
  co_return plain_form(parser.get());
}

}  // namespace

/// Loop, resolver and connection.
class HttpsClient::Wire final {
 public:
  explicit Wire(Options options) : options_(std::move(options)) {}

  Result<void> prepare() {
    error_code error;
    const auto address = asio::ip::make_address(options_.server.host, error);
    is_name_ = error.failed();
    if (!is_name_) addresses_ = {{address, options_.server.port}};
    if (options_.server.scheme == Scheme::http) return {};
    tls_.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    tls_.set_verify_mode(ssl::verify_peer);
    return trust(tls_, options_.ca_file);
  }

  HttpResult send(const HttpRequest& request, SteadyTime deadline) {
    if (connection_ && !usable()) connection_.reset();
    if (!connection_) {
      if (auto opened = open(std::min(deadline, Clock::now() + options_.connect_deadline)); !opened) {
        connection_.reset();
        return std::unexpected(opened.error());
      }
    }
    connection_->tcp().expires_at(deadline);
    Parser parser;
    parser.body_limit(options_.answer_bytes_max);
    const Request wire = wire_form(request, options_.server.authority());
    auto result = run(connection_->tls ? exchange(*connection_->tls, connection_->buffer, wire, parser)
                                       : exchange(*connection_->plain, connection_->buffer, wire, parser));
    connection_->used = Clock::now();
    if (!result || !parser.keep_alive() || connection_->buffer.size() != 0) connection_.reset();
    return result;
  }

 private:
  using Opened = Result<void, HttpFailure>;

  bool usable() {
    const SteadyTime now = Clock::now();
    return now - connection_->opened < options_.age_max && now - connection_->used < options_.idle_max &&
           connection_->quiet();
  }

  Opened open(SteadyTime deadline) {
    if (auto resolved = resolve(deadline); !resolved) return resolved;
    connection_.emplace(context_, tls_, options_.server.scheme);
    connection_->tcp().expires_at(deadline);
    return run(connect());
  }

  // A lookup cannot be called off. One that is late goes on, and the next call takes what it brings.
  Opened resolve(SteadyTime deadline) {
    if (!is_name_) return {};
    if (!std::exchange(resolving_, true)) {
      resolver_.async_resolve(options_.server.host, std::to_string(options_.server.port),
                              [this](error_code error, const tcp::resolver::results_type& results) {
                                resolving_ = false;
                                resolve_error_ = error;
                                if (!error) addresses_ = {results.begin(), results.end()};
                              });
    }
    const SteadyTime now = Clock::now();
    const SteadyTime until = addresses_.empty() ? deadline : now + (deadline - now) / 2;  // time for those we know
    context_.restart();
    while (resolving_ && context_.run_one_until(until) != 0) {
    }
    if (!addresses_.empty()) return {};
    if (resolving_) {
      return std::unexpected(HttpFailure{Sent::nothing, HttpTrouble::timeout, "cannot resolve in time"});
    }
    return std::unexpected(failure(Sent::nothing, resolve_error_, "cannot resolve " + options_.server.host));
  }

  asio::awaitable<Opened> connect() {
    if (auto [error, endpoint] = co_await connection_->tcp().async_connect(addresses_, as_result); error) {
      co_return std::unexpected(failure(Sent::nothing, error, "cannot connect to " + options_.server.authority()));
    }
    error_code ignored;
    connection_->tcp().socket().set_option(tcp::no_delay(true), ignored);
    if (connection_->tls) co_return co_await shake_hands(*connection_->tls);
    co_return Opened{};
  }

  asio::awaitable<Opened> shake_hands(TlsStream& stream) {
    error_code error;
    stream.set_verify_callback(ssl::host_name_verification(options_.server.host), error);
    if (is_name_) name_server(stream, options_.server.host);
    auto [failed] = co_await stream.async_handshake(ssl::stream_base::client, as_result);
    if (failed) {
      co_return std::unexpected(failure(Sent::nothing, failed, "no TLS with " + options_.server.authority()));
    }
    co_return Opened{};
  }

  /// Runs the loop until the work is done. Requires: the work has a deadline of its own.
  template <class T>
  T run(asio::awaitable<T> work) {
    std::optional<T> done;
    asio::co_spawn(context_, std::move(work), [&](const std::exception_ptr& thrown, T result) {
      if (thrown) std::rethrow_exception(thrown);
      done.emplace(std::move(result));
    });
    context_.restart();
    while (!done) context_.run_one();
    return std::move(*done);
  }

  const Options options_;
  ssl::context tls_{ssl::context::tls_client};
  asio::io_context context_{1};
  tcp::resolver resolver_{context_};
  bool is_name_ = true;
  bool resolving_ = false;
  error_code resolve_error_;
  std::vector<tcp::endpoint> addresses_;  // the last that were found
  std::optional<Connection> connection_;
};

HttpsClient::HttpsClient(std::unique_ptr<Wire> wire) : wire_(std::move(wire)) {}
HttpsClient::~HttpsClient() = default;

Result<std::unique_ptr<HttpsClient>> HttpsClient::make(Options options) {
  auto wire = std::make_unique<Wire>(std::move(options));
  if (auto prepared = wire->prepare(); !prepared) return std::unexpected(prepared.error());
  return std::unique_ptr<HttpsClient>(new HttpsClient(std::move(wire)));
}

HttpResult HttpsClient::send(const HttpRequest& request, SteadyTime deadline) { return wire_->send(request, deadline); }

}  // namespace vc::aws
