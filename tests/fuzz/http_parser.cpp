// A stream of requests, read as a connection reads it: whole, and in pieces that the input chooses.
//
// Input: a byte for the pieces, then what the client sends. Beliefs: nothing crashes; the pieces do not matter; what is
// accepted is within the limits, and a request by a second reading that knows nothing of the first.

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "fuzz/fuzzing.hpp"
#include "http/buffer.hpp"
#include "http/parser.hpp"
#include "limits.hpp"

namespace vc::fuzz {
namespace {

using http::Parsed;
using http::ReadBuffer;
using http::Refusal;
using http::RequestParser;

constexpr std::uint64_t body_bytes_max = 2'000;  // within reach of an input

struct Accepted {
  std::string head, method, path, query, body;
  bool keep_alive;
  friend bool operator==(const Accepted&, const Accepted&) = default;
};

struct Reading {
  std::vector<Accepted> requests;
  std::optional<Refusal> refusal;
  friend bool operator==(const Reading&, const Reading&) = default;
};

/// How many bytes the next read gives. Piece sizes are small ones mostly, as those cut in the middle of things.
class Pieces {
 public:
  explicit Pieces(std::uint8_t seed) : engine_(seed), mean_(1U << (seed % 8U)) {}
  std::size_t next() { return 1 + engine_() % (2 * mean_); }

 private:
  std::minstd_rand engine_;
  std::size_t mean_;
};

/// Reads as Connection does, from memory. Without pieces every read gives all there is room for.
class Reader {
 public:
  Reader(std::string_view sent, Pieces* pieces) : rest_(sent), pieces_(pieces) {}

  Reading read() {
    for (;;) {
      buffer_.consume(scanner_.empty_line(buffer_.unread()));
      const auto head = scanner_.scan(buffer_.unread());
      if (!head) return refused(head.error());
      if (*head != 0) {
        if (const auto read = read_request(*head); !read) return refused(read.error());
        if (incomplete_ || !reading_.requests.back().keep_alive) return std::move(reading_);
        buffer_.shrink();
        continue;
      }
      if (buffer_.room().empty()) buffer_.make_room();
      if (!receive()) return std::move(reading_);
    }
  }

 private:
  Reading refused(Refusal refusal) {
    reading_.refusal = refusal;
    return std::move(reading_);
  }

  Parsed<void> read_request(std::size_t head_size) {
    scanner_ = {};
    buffer_.use_large();
    RequestParser parser(body_bytes_max, RequestParser::Bodies::keep);
    const std::string_view head = buffer_.unread().substr(0, head_size);
    if (const auto parsed = parser.parse_head(head); !parsed) return parsed;
    while (!parser.complete()) {
      const auto body = read_body(parser, head_size);
      if (!body || incomplete_) return body;
    }
    const http::Request& request = parser.request();
    reading_.requests.push_back({.head = std::string(head),
                                 .method = std::string(request.method),
                                 .path = std::string(request.path),
                                 .query = std::string(request.query),
                                 .body = std::string(request.body),
                                 .keep_alive = parser.keep_alive()});
    buffer_.consume(head_size);
    return {};
  }

  Parsed<void> read_body(RequestParser& parser, std::size_t head_size) {
    const std::string_view rest = buffer_.unread().substr(head_size);
    if (!rest.empty()) {
      const auto used = parser.parse_body(rest);
      if (!used) return std::unexpected(used.error());
      check(*used <= rest.size(), "a parser uses what it is given");
      buffer_.cut(head_size, *used);
      if (parser.complete()) return {};
    }
    if (buffer_.room().empty()) return std::unexpected(Refusal::malformed);
    incomplete_ = !receive();
    return {};
  }

  bool receive() {
    const std::span<char> room = buffer_.room();
    const std::size_t wanted = pieces_ != nullptr ? pieces_->next() : rest_.size();
    const std::size_t size = std::min({wanted, room.size(), rest_.size()});
    std::memcpy(room.data(), rest_.data(), size);
    buffer_.filled(size);
    rest_.remove_prefix(size);
    return size != 0;
  }

  std::string_view rest_;
  Pieces* pieces_;
  ReadBuffer buffer_;
  http::HeadScanner scanner_;
  Reading reading_;
  bool incomplete_ = false;
};

// --- the second reading ------------------------------------------------------------------------------------------

bool is_token(std::string_view text) {
  constexpr std::string_view allowed = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == last || !is_token(line.substr(0, first))) return false;
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const auto in_target = [](char c) { return c > ' ' && c < '\x7F' && c != '#'; };
  const std::string_view version = line.substr(last + 1);
  return !target.empty() && std::ranges::all_of(target, in_target) && (version == "HTTP/1.1" || version == "HTTP/1.0");
}

bool is_field_line(std::string_view line) {
  const auto is_control = [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7F'; };
  return is_token(line.substr(0, line.find(':'))) && line.contains(':') && std::ranges::none_of(line, is_control);
}

void check_head(const Accepted& request) {
  std::string_view rest = request.head;
  const std::string_view request_line = rest.substr(0, rest.find("\r\n"));
  check(is_request_line(request_line), "an accepted request line is one");
  rest.remove_prefix(request_line.size() + 2);
  const http::Fields fields(rest.substr(0, rest.size() - 2));
  while (rest != "\r\n") {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    check(is_field_line(line), "an accepted field is one");
    rest.remove_prefix(line.size() + 2);
  }
  const bool has_version_11 = request_line.ends_with("1.1");
  check(fields.count("Host") <= 1 && (fields.count("Host") == 1 || !has_version_11), "an accepted request has a host");
  const auto encodings = fields.count("Transfer-Encoding");
  check(fields.count("Content-Length") + encodings <= 1, "an accepted body has one length");
  check(encodings == 0 || has_version_11, "chunks are of HTTP/1.1");
  if (const auto length = fields.find("Content-Length")) {
    check(*length == std::to_string(request.body.size()), "a body is as long as it says");
  } else {
    check(encodings == 1 || request.body.empty(), "a body says where it ends");
  }
}

void check_reading(const Reading& reading, std::string_view sent) {
  std::size_t bytes = 0;
  for (const Accepted& request : reading.requests) {
    check(request.head.size() <= limits::head_bytes_max + 2, "an accepted head is within its limit");
    check(request.body.size() <= body_bytes_max, "an accepted body is within its limit");
    check_head(request);
    bytes += request.head.size() + request.body.size();
  }
  check(bytes <= sent.size(), "nothing is read twice");
}

}  // namespace
}  // namespace vc::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vc::fuzz;
  std::string_view sent = text_of(data, size);
  Pieces pieces(take_byte(sent));
  const Reading whole = Reader(sent, nullptr).read();
  check_reading(whole, sent);
  vc::check(whole == Reader(sent, &pieces).read(), "a request is the same in whatever pieces it comes");
  return 0;
}
