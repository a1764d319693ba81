#include "http/parser.hpp"

#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>

#include "base/check.hpp"
#include "base/find.hpp"
#include "base/text.hpp"
#include "http/target.hpp"
#include "limits.hpp"

namespace vc::http {
namespace {

namespace beast_http = boost::beast::http;

/// Requires: not empty; Beast refuses such a field by itself.
bool is_length(std::string_view text) {
  return text == "0" || (std::ranges::all_of(text, is_digit) && !text.starts_with('0'));
}

std::string_view plain(boost::beast::string_view text) { return {text.data(), text.size()}; }

constexpr auto control_or_tab = [](auto byte) { return (byte < ' ') | (byte == '\x7F'); };

Parsed<void> check_version(std::string_view request_line) {
  constexpr std::string_view shape = " HTTP/1.1";
  if (request_line.size() <= shape.size()) return std::unexpected(Refusal::malformed);
  const std::string_view end = request_line.substr(request_line.size() - shape.size());
  if (end == " HTTP/1.1" || end == " HTTP/1.0") return {};
  const bool some_version = end.starts_with(" HTTP/") && is_digit(end[6]) && end[7] == '.' && is_digit(end[8]);
  return std::unexpected(some_version ? Refusal::version_not_supported : Refusal::malformed);
}

}  // namespace

std::size_t HeadScanner::empty_line(std::string_view bytes) {
  constexpr std::string_view empty = "\r\n";
  if (had_empty_line_ || !bytes.starts_with(empty)) return 0;
  had_empty_line_ = true;
  return empty.size();
}

Parsed<std::size_t> HeadScanner::scan(std::string_view bytes) {
  for (; (seen_ = find_byte(bytes, seen_, control_or_tab)) < bytes.size(); ++seen_) {
    const char c = bytes[seen_];
    if (!is_control(c)) continue;
    if (seen_ >= limits::head_bytes_max) return std::unexpected(Refusal::head_too_large);
    if (c == '\r') {
      if (seen_ + 1 == bytes.size()) return 0;  // seen again, with what follows
      if (bytes[seen_ + 1] != '\n') return std::unexpected(Refusal::malformed);
      continue;
    }
    if (c != '\n' || seen_ == 0 || bytes[seen_ - 1] != '\r') return std::unexpected(Refusal::malformed);

    const std::string_view line = bytes.substr(line_start_, seen_ - 1 - line_start_);
    if (line.starts_with(' ') || line.starts_with('\t')) return std::unexpected(Refusal::malformed);
    if (line_start_ == 0) {
      if (const auto known = check_version(line); !known) return std::unexpected(known.error());
    }
    if (line.empty()) return seen_ + 1;
    line_start_ = seen_ + 1;
  }
  if (seen_ > limits::head_bytes_max) return std::unexpected(Refusal::head_too_large);
  return 0;
}

RequestParser::RequestParser(std::uint64_t body_bytes_max, Bodies bodies, const IpAddress& peer) : bodies_(bodies) {
  request_.peer = peer;
  header_limit(limits::head_bytes_max);
  body_limit(body_bytes_max);
  eager(true);
}

Parsed<void> RequestParser::parse_head(std::string_view head) {
  const auto fields_start = head.find("\r\n") + 2;
  request_.fields = Fields(head.substr(fields_start, head.size() - 2 - fields_start));
  const auto used = feed(head);
  if (!used) return std::unexpected(used.error());
  check(*used == head.size() && is_header_done(), "a scanned head is a whole head");
  return {};
}

Parsed<std::size_t> RequestParser::parse_body(std::string_view bytes) {
  const auto used = chunked() ? feed_chunks(bytes) : feed(bytes);
  if (complete()) request_.body = body_;
  return used;
}

// Beast gets chunk lines and trailers whole: of parts it would accept more, and its assertions expect other parts than
// the network makes.
Parsed<std::size_t> RequestParser::feed_chunks(std::string_view bytes) {
  std::size_t used = 0;
  while (!complete() && used < bytes.size()) {
    const auto rest = bytes.substr(used);
    auto size = std::min<std::uint64_t>(chunk_left_, rest.size());
    if (size == 0) {
      const auto scanned = chunk_scanner_.scan(rest);
      if (!scanned) return std::unexpected(Refusal::malformed);
      if (*scanned == 0) break;
      size = *scanned;
    }
    const auto fed = feed(rest.substr(0, size));
    if (!fed) return fed;
    if (*fed != size) return std::unexpected(Refusal::malformed);  // a quotation without its end
    used += size;
  }
  return used;
}

Parsed<std::size_t> RequestParser::feed(std::string_view bytes) {
  Error error;
  const std::size_t used = put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (!error || error == beast_http::error::need_more) return used;
  if (refusal_) return std::unexpected(*refusal_);
  if (error == beast_http::error::body_limit) return std::unexpected(Refusal::body_too_large);
  return std::unexpected(Refusal::malformed);
}

void RequestParser::on_request_impl(beast_http::verb, Text method, Text target, int version, Error& error) {
  version_ = version;
  request_.method = plain(method);
  const auto parsed = http::parse_target(request_.method, plain(target));
  if (!parsed) return refuse(Refusal::malformed, error);
  request_.path = parsed->path;
  request_.query = parsed->query;
}

void RequestParser::on_field_impl(Field field, Text, Text value, Error& error) {
  if (head_parsed_) return;  // a trailer: dropped
  switch (field) {
    case Field::host:
      ++hosts_;
      if (!is_authority(plain(value))) refuse(Refusal::malformed, error);
      break;
    case Field::connection: {
      beast_http::token_list options(value);
      close_asked_ = close_asked_ || options.exists("close");
      keep_asked_ = keep_asked_ || options.exists("keep-alive");
      break;
    }
    case Field::content_length:
      ++lengths_;
      if (!is_length(plain(value))) refuse(Refusal::malformed, error);
      break;
    case Field::transfer_encoding:
      ++encodings_;
      if (value != "chunked" || version_ < 11) refuse(Refusal::malformed, error);
      break;
    case Field::expect:
      if (!same_token(plain(value), "100-continue")) return refuse(Refusal::expectation_failed, error);
      if (version_ >= 11) expectation_ = Expectation::proceed;
      break;
    default: break;
  }
}

void RequestParser::on_header_impl(Error& error) {
  head_parsed_ = true;
  keep_alive_ = !close_asked_ && (version_ >= 11 || keep_asked_);
  const bool host_missing = hosts_ == 0 && version_ >= 11;
  if (hosts_ > 1 || host_missing || lengths_ + encodings_ > 1) refuse(Refusal::malformed, error);
}

std::size_t RequestParser::on_body_impl(Text body, Error&) {
  if (bodies_ == Bodies::keep) body_.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, Text, Error&) { chunk_left_ = size; }

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text body, Error& error) {
  const std::size_t used = on_body_impl(body, error);
  chunk_left_ -= used;
  return used;
}

void RequestParser::refuse(Refusal refusal, Error& error) {
  refusal_ = refusal;
  error = beast_http::make_error_code(beast_http::error::bad_value);
}

}  // namespace vc::http
