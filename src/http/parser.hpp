// HTTP/1.1 and 1.0 requests (RFC 9112), strictly: what two readers could understand differently is refused.
//
// Beast's parser does the grammar. On top of it: line ends are CRLF and nothing else; no folded fields, NUL or other
// control bytes; one Content-Length of plain digits, or one Transfer-Encoding that is `chunked`, in HTTP/1.1 only, and
// never both; exactly one Host in HTTP/1.1, and a valid one. Targets and chunks have rules of their own: target.hpp,
// chunk_scanner.hpp.
#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/chunk_scanner.hpp"
#include "http/message.hpp"

namespace vc::http {

/// Why a request, or a connection, is not served. Each is answered once, and the connection is closed.
enum class Refusal {
  malformed,
  head_too_large,
  body_too_large,
  version_not_supported,
  expectation_failed,
  too_many_connections,
};

template <class T>
using Parsed = Result<T, Refusal>;

/// Looks for the end of a head, byte by byte as it arrives.
class HeadScanner final {
 public:
  /// The size of an empty line at the front of `bytes`, which an old client may have left there (RFC 9112 §2.2); 0 if
  /// there is none or there was one. Take it away before `scan`.
  std::size_t empty_line(std::string_view bytes);

  /// The size of the head at the front of `bytes`, its empty line included; 0 if it is not complete.
  /// Requires: `bytes` is what the last call saw, and more.
  Parsed<std::size_t> scan(std::string_view bytes);

 private:
  std::size_t seen_ = 0;
  std::size_t line_start_ = 0;
  bool had_empty_line_ = false;
};

enum class Expectation { none, proceed };

/// One request.
class RequestParser final : boost::beast::http::basic_parser<true> {
 public:
  /// Bodies are read up to body_bytes_max, and kept if `keep` says so.
  enum class Bodies { discard, keep };
  RequestParser(std::uint64_t body_bytes_max, Bodies bodies, const IpAddress& peer = {});

  /// Requires: a whole head, as HeadScanner found it. Lifetime: the request borrows from it.
  Parsed<void> parse_head(std::string_view head);

  /// Takes body bytes as they arrive; gives how many it used. Requires: a head that was parsed, not `complete`.
  Parsed<std::size_t> parse_body(std::string_view bytes);

  bool complete() const { return is_done(); }
  Expectation expectation() const { return expectation_; }
  bool keep_alive() const { return keep_alive_; }
  const Request& request() const { return request_; }

 private:
  using Error = boost::beast::error_code;
  using Text = boost::beast::string_view;
  using Field = boost::beast::http::field;

  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, Error& error) override;
  void on_response_impl(int, Text, int, Error&) override {}
  void on_field_impl(Field field, Text name, Text value, Error& error) override;
  void on_header_impl(Error& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  std::size_t on_body_impl(Text body, Error& error) override;
  void on_chunk_header_impl(std::uint64_t, Text extensions, Error& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, Error& error) override;
  void on_finish_impl(Error&) override {}

  Parsed<std::size_t> feed(std::string_view bytes);
  Parsed<std::size_t> feed_chunks(std::string_view bytes);
  void refuse(Refusal refusal, Error& error);

  const Bodies bodies_;
  Request request_;
  std::string body_;
  std::optional<Refusal> refusal_;
  Expectation expectation_ = Expectation::none;
  ChunkScanner chunk_scanner_;
  std::uint64_t chunk_left_ = 0;  // bytes of its data
  bool close_asked_ = false;
  bool keep_asked_ = false;
  bool keep_alive_ = false;
  bool head_parsed_ = false;
  int version_ = 11;
  int hosts_ = 0;
  int lengths_ = 0;
  int encodings_ = 0;
};

}  // namespace vc::http
