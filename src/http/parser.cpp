#include "http/parser.hpp"

#include <algorithm>
#include <functional>

#include "base/check.hpp"
#include "base/text.hpp"
#include "limits.hpp"

namespace vc::http {
namespace {

namespace beast_http = boost::beast::http;

/// uri-host [ ":" port ] (RFC 9112 §3.2, RFC 3986 §3.2.2), or nothing.
bool is_host(std::string_view text) {
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find_first_not_of("0123456789abcdefABCDEF:.", 1);
    if (end == std::string_view::npos || text[end] != ']') return false;
    ++end;
  } else {
    const auto in_name = [](char c) {
      return is_letter_or_digit(c) || std::string_view("-._~%!$&'()*+,;=").contains(c);
    };
    while (end < text.size() && in_name(text[end])) ++end;
  }
  if (end == text.size()) return true;
  return text[end] == ':' && std::ranges::all_of(text.substr(end + 1), is_digit);
}

bool is_length(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit) && (text.size() == 1 || text.front() != '0');
}

std::string_view plain(boost::beast::string_view text) { return {text.data(), text.size()}; }

Parsed<void> check_version(std::string_view request_line) {
  constexpr std::string_view shape = " HTTP/1.1";
  if (request_line.size() <= shape.size()) return std::unexpected(Refusal::malformed);
  const std::string_view end = request_line.substr(request_line.size() - shape.size());
  if (end == " HTTP/1.1" || end == " HTTP/1.0") return {};
  const bool some_version = end.starts_with(" HTTP/") && is_digit(end[6]) && end[7] == '.' && is_digit(end[8]);
  return std::unexpected(some_version ? Refusal::version_not_supported : Refusal::malformed);
}

}  // namespace

Parsed<std::size_t> HeadScanner::scan(std::string_view bytes) {
  for (; seen_ < bytes.size(); ++seen_) {
    const char c = bytes[seen_];
    if (!is_control(c)) [[likely]]
      continue;
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

RequestParser::RequestParser(std::uint64_t body_bytes_max, Bodies bodies) : bodies_(bodies) {
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
  const auto used = feed(bytes);
  if (complete()) request_.body = body_;
  return used;
}

Parsed<std::size_t> RequestParser::feed(std::string_view bytes) {
  input_ = bytes;
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
  set_target(plain(target), error);
}

void RequestParser::set_target(std::string_view target, Error& error) {
  if (!std::ranges::all_of(target, is_visible) || target.contains('#')) return refuse(Refusal::malformed, error);
  // absolute-form (RFC 9112 §3.2.2): the authority is not ours to judge, the route is.
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!same_token(target.substr(0, scheme.size()), scheme)) continue;
    const auto slash = target.find_first_of("/?", scheme.size());
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  const auto question = target.find('?');
  request_.path = target.substr(0, question);
  request_.query = question == std::string_view::npos ? "" : target.substr(question + 1);
}

void RequestParser::on_field_impl(Field field, Text, Text value, Error& error) {
  if (head_parsed_) {  // a trailer: dropped, but it must be one; Beast unfolds lines into a buffer of its own
    if (!value.empty() && !is_input(value.data())) refuse(Refusal::malformed, error);
    return;
  }
  switch (field) {
    case Field::host:
      ++hosts_;
      if (!is_host(plain(value))) refuse(Refusal::malformed, error);
      break;
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
  keep_alive_ = basic_parser::keep_alive();
  const bool host_missing = hosts_ == 0 && version_ >= 11;
  if (hosts_ > 1 || host_missing || lengths_ + encodings_ > 1) refuse(Refusal::malformed, error);
}

std::size_t RequestParser::on_body_impl(Text body, Error&) {
  if (bodies_ == Bodies::keep) body_.append(body.data(), body.size());
  return body.size();
}

// Blanks around extensions, and sizes of more than 64 bits, are where readers differ. The digits of the size lie before
// the extensions.
void RequestParser::on_chunk_header_impl(std::uint64_t, Text extensions, Error& error) {
  const char* size = extensions.data();
  while (is_input(size - 1) && is_hex_digit(size[-1])) --size;
  const bool too_long = extensions.data() - size > 16;
  if (too_long || extensions.find_first_of(" \t") != Text::npos) refuse(Refusal::malformed, error);
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text body, Error& error) {
  return on_body_impl(body, error);
}

bool RequestParser::is_input(const char* byte) const {
  return std::greater_equal<>()(byte, input_.data()) && std::less<>()(byte, input_.data() + input_.size());
}

void RequestParser::refuse(Refusal refusal, Error& error) {
  refusal_ = refusal;
  error = beast_http::make_error_code(beast_http::error::bad_value);
}

}  // namespace vc::http
