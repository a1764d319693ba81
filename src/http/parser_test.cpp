#include "http/parser.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "limits.hpp"

namespace vc::http {
namespace {

using std::string_literals::operator""s;

constexpr std::uint64_t body_max = 100;

/// What became of some bytes: the refusal, or nothing if they are one whole request.
struct Outcome {
  std::optional<Refusal> refusal;
  bool complete = false;
  bool keep_alive = false;
  std::string method, path, query, body;
};

/// The body arrives in packets of `step` bytes.
Outcome read(std::string_view bytes, std::size_t step) {
  HeadScanner scanner;
  const auto size = scanner.scan(bytes);
  if (!size) return {.refusal = size.error()};
  if (*size == 0) return {};
  RequestParser parser(body_max, RequestParser::Bodies::keep);
  if (const auto parsed = parser.parse_head(bytes.substr(0, *size)); !parsed) return {.refusal = parsed.error()};
  bytes.remove_prefix(*size);
  for (std::size_t arrived = 0; !parser.complete() && arrived < bytes.size();) {
    arrived = std::min(arrived + step, bytes.size());
    const auto used = parser.parse_body(bytes.substr(0, arrived));
    if (!used) return {.refusal = used.error()};
    bytes.remove_prefix(*used);
    arrived -= *used;
  }
  const Request& request = parser.request();
  return {.complete = parser.complete(),
          .keep_alive = parser.keep_alive(),
          .method = std::string(request.method),
          .path = std::string(request.path),
          .query = std::string(request.query),
          .body = std::string(request.body)};
}

/// However the bytes arrive, the outcome is the same.
Outcome read(std::string_view bytes) {
  Outcome whole = read(bytes, bytes.size());
  for (const std::size_t step : {1U, 2U, 3U, 5U}) {
    const Outcome parts = read(bytes, step);
    EXPECT_EQ(parts.refusal, whole.refusal) << step << " bytes at a time: " << bytes;
    EXPECT_EQ(parts.complete, whole.complete) << step << " bytes at a time: " << bytes;
    EXPECT_EQ(parts.body, whole.body) << step << " bytes at a time: " << bytes;
  }
  return whole;
}

std::string get(std::string_view fields) { return fmt::format("GET /counter HTTP/1.1\r\nHost: x\r\n{}\r\n", fields); }

TEST(Parser, ReadsAPlainRequest) {
  const Outcome outcome = read("GET /counter?a=b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.method, "GET");
  EXPECT_EQ(outcome.path, "/counter");
  EXPECT_EQ(outcome.query, "a=b");
  EXPECT_TRUE(outcome.keep_alive);
}

TEST(Parser, KnowsWhetherTheConnectionStays) {
  EXPECT_TRUE(read(get("")).keep_alive);
  EXPECT_FALSE(read(get("Connection: close\r\n")).keep_alive);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(read("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
  EXPECT_TRUE(read("GET / HTTP/1.0\r\nConnection: a, keep-alive\r\nConnection: b\r\n\r\n").keep_alive);
  EXPECT_FALSE(read(get("Proxy-Connection: keep-alive\r\nConnection: a, CLOSE\r\n")).keep_alive);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n").keep_alive);
}

TEST(Parser, ClosesIfBothClosingAndKeepingAreAskedFor) {
  for (const char* fields : {"Connection: keep-alive, close\r\n", "Connection: close, keep-alive\r\n",
                             "Connection: keep-alive\r\nConnection: close\r\n"}) {
    EXPECT_FALSE(read(get(fields)).keep_alive) << fields;
    EXPECT_FALSE(read(fmt::format("GET / HTTP/1.0\r\n{}\r\n", fields)).keep_alive) << fields;
  }
}

TEST(Parser, ReadsEveryFormOfTarget) {
  EXPECT_EQ(read("GET http://a.b:80/counter?q HTTP/1.1\r\nHost: a.b\r\n\r\n").path, "/counter");
  EXPECT_EQ(read("GET HTTP://a.b/counter HTTP/1.1\r\nHost: a.b\r\n\r\n").path, "/counter");
  EXPECT_EQ(read("GET http://a.b HTTP/1.1\r\nHost: a.b\r\n\r\n").path, "/");
  EXPECT_EQ(read("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").path, "*");
  EXPECT_EQ(read("CONNECT a.b:80 HTTP/1.1\r\nHost: a.b\r\n\r\n").path, "a.b:80");
  EXPECT_EQ(read("GET /%63ounter HTTP/1.1\r\nHost: x\r\n\r\n").path, "/%63ounter");
}

TEST(Parser, ReadsBodies) {
  EXPECT_EQ(read(get("Content-Length: 5\r\n") + "hello").body, "hello");
  EXPECT_EQ(read(get("Transfer-Encoding: chunked\r\n") + "3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n").body,
            "hello");
  EXPECT_TRUE(read(get("Content-Length: 0\r\n")).complete);
  EXPECT_FALSE(read(get("Content-Length: 5\r\n") + "hell").complete);
}

TEST(Parser, RefusesABodyOverTheLimit) {
  EXPECT_TRUE(read(get("Content-Length: 100\r\n") + std::string(100, 'x')).complete);
  EXPECT_EQ(read(get("Content-Length: 101\r\n")).refusal, Refusal::body_too_large);
  EXPECT_EQ(read(get("Transfer-Encoding: chunked\r\n") + "65\r\n").refusal, Refusal::body_too_large);
  EXPECT_EQ(read(get("Transfer-Encoding: chunked\r\n") + "40\r\n" + std::string(64, 'x') + "\r\n40\r\n").refusal,
            Refusal::body_too_large);
}

TEST(Parser, RefusesAHeadOverTheLimit) {
  const std::string start = "GET /counter HTTP/1.1\r\nHost: x\r\nA: ";
  const auto padded = [&](std::size_t size) { return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n"; };
  EXPECT_TRUE(read(padded(limits::head_bytes_max)).complete);
  EXPECT_EQ(read(padded(limits::head_bytes_max + 1)).refusal, Refusal::head_too_large);
  EXPECT_EQ(read(std::string(limits::head_bytes_max + 1, 'x')).refusal, Refusal::head_too_large);
  EXPECT_EQ(read(std::string(limits::head_bytes_max, 'x')).refusal, std::nullopt);
}

TEST(Parser, RefusesOtherVersions) {
  for (const char* line : {"GET / HTTP/2.0", "GET / HTTP/1.2", "GET / HTTP/0.9", "GET / HTTP/3.0", "PRI * HTTP/2.0"}) {
    EXPECT_EQ(read(fmt::format("{}\r\nHost: x\r\n\r\n", line)).refusal, Refusal::version_not_supported) << line;
  }
  for (const char* line : {"GET /", "GET / HTTP/1.10", "GET / HTTP/11", "GET / http/1.1", "GET / HTTP/1",
                           "GET / HTTP/x.y", "GET / HTTP /1.1", "GET", "GET / HTTP/1.1 "}) {
    EXPECT_EQ(read(fmt::format("{}\r\nHost: x\r\n\r\n", line)).refusal, Refusal::malformed) << line;
  }
}

TEST(Parser, KnowsOneExpectation) {
  EXPECT_TRUE(read(get("Expect: 100-continue\r\n")).complete);
  EXPECT_EQ(read(get("Expect: 200-ok\r\n")).refusal, Refusal::expectation_failed);
}

class Malformed : public testing::TestWithParam<std::string> {};

TEST_P(Malformed, IsRefused) { EXPECT_EQ(read(GetParam()).refusal, Refusal::malformed); }

INSTANTIATE_TEST_SUITE_P(
    RequestLines, Malformed,
    testing::Values("GET  /counter HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
                    " GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /# HTTP/1.1\r\nHost: x\r\n\r\n",
                    "G@T / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /\x80 HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET /\t HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n", "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"s,
                    "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", "GET counter HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET * HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET http://user@x/ HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%0a HTTP/1.1\r\nHost: x\r\n\r\n"));

INSTANTIATE_TEST_SUITE_P(LineEnds, Malformed,
                         testing::Values("GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\r\nHost: x\n\r\n",
                                         "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
                                         "GET / HTTP/1.1\rHost: x\r\n\r\n",
                                         "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
                                         "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc\r\n\r\n",
                                         "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
                                         "GET / HTTP/1.1\r\nHost: x\r\n \r\n\r\n"));

INSTANTIATE_TEST_SUITE_P(Fields, Malformed,
                         testing::Values("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
                                         get("A : b\r\n"), get("A\t: b\r\n"), get(": b\r\n"), get("A\r\n"),
                                         get("A b: c\r\n"), get("A: \x01\r\n"), get("A: \x7F\r\n"), get("A: b\0\r\n"s),
                                         get("A\0: b\r\n"s), get("A\x80: b\r\n")));

std::string with_host(std::string_view host) { return fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", host); }

INSTANTIATE_TEST_SUITE_P(Hosts, Malformed,
                         testing::Values(with_host("a b"), with_host("a/b"), with_host("a, b"), with_host("b@a"),
                                         with_host("a:b"), with_host("a:80:80"), with_host("a#b"), with_host("[::1"),
                                         with_host("[::1].example"), with_host("[::1]x"), with_host("a\xC3\xA9"),
                                         with_host("[]"), with_host("user@host"), with_host("a:99999"),
                                         with_host("a%zz")));

TEST(Parser, TakesEveryValidHost) {
  for (const char* host :
       {"", "a.example", "a.example:8080", "a:", "127.0.0.1:80", "[::1]", "[::1]:8081", "x--y_z~!"}) {
    EXPECT_TRUE(read(with_host(host)).complete) << host;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Lengths, Malformed,
    testing::Values(get("Content-Length: 5, 5\r\n"), get("Content-Length: 5\r\nContent-Length: 5\r\n"),
                    get("Content-Length: 5\r\nContent-Length: 6\r\n"), get("Content-Length: +5\r\n"),
                    get("Content-Length: -5\r\n"), get("Content-Length: -0\r\n"), get("Content-Length: 0x5\r\n"),
                    get("Content-Length: 5 5\r\n"), get("Content-Length: 5;\r\n"), get("Content-Length:\r\n"),
                    get("Content-Length: 18446744073709551616\r\n"), get("Content-Length: 1e1\r\n"),
                    get("Content-Length: 05\r\n"), get("Content-Length: 5,\r\n"), get("Content-Length: ,5\r\n")));

INSTANTIATE_TEST_SUITE_P(
    Encodings, Malformed,
    testing::Values(get("Transfer-Encoding: identity\r\n"), get("Transfer-Encoding: gzip, chunked\r\n"),
                    get("Transfer-Encoding: chunked, chunked\r\n"), get("Transfer-Encoding: chunked, identity\r\n"),
                    get("Transfer-Encoding: xchunked\r\n"), get("Transfer-Encoding: Chunked\r\n"),
                    get("Transfer-Encoding: \"chunked\"\r\n"), get("Transfer-Encoding: chunked;q=1\r\n"),
                    get("Transfer-Encoding:\r\n"), get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
                    get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
                    get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
                    "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"));

std::string chunks(std::string_view bytes) { return get("Transfer-Encoding: chunked\r\n") + std::string(bytes); }

INSTANTIATE_TEST_SUITE_P(
    Chunks, Malformed,
    testing::Values(chunks("0x5\r\nhello\r\n0\r\n\r\n"), chunks("-5\r\nhello\r\n0\r\n\r\n"),
                    chunks("+5\r\nhello\r\n0\r\n\r\n"), chunks("g\r\n"), chunks("\r\n"),
                    chunks("5\nhello\r\n0\r\n\r\n"), chunks("5\r\nhelloX\r\n0\r\n\r\n"), chunks("5\r\nhello0\r\n\r\n"),
                    chunks("5 \r\nhello\r\n0\r\n\r\n"), chunks(" 5\r\nhello\r\n0\r\n\r\n"),
                    chunks("5 ;a\r\nhello\r\n0\r\n\r\n"), chunks("fffffffffffffffff\r\n"),
                    chunks("5\r\nhello\r\n0\r\nA: b\nC: d\r\n\r\n"), chunks("5\r\nhello\r\n0\r\nA : b\r\n\r\n"),
                    chunks("5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n"), chunks("00000000000000005\r\nhello\r\n0\r\n\r\n"),
                    chunks("5\r\nhello\r\n00000000000000000\r\n\r\n"), chunks("5;a=\"\n\"\r\nhello\r\n0\r\n\r\n"),
                    chunks("5;a=\"\x01\"\r\nhello\r\n0\r\n\r\n"), chunks("5;a=\"\0\"\r\nhello\r\n0\r\n\r\n"s),
                    chunks("5;a=\"\r\nhello\r\n0\r\n\r\n\"\r\nhello\r\n0\r\n\r\n"), chunks("0;a=\"\r\n\r\n"),
                    chunks("5;a=\"\\\r\nhello\r\n0\r\n\r\n"), chunks("0;a=\"\n\"\r\n\r\n"),
                    chunks("0\r\nA:\r\n b\r\n\r\n"), chunks("0\r\nA:\r\n \r\n\r\n"), chunks("0\r\n A: b\r\n\r\n"),
                    chunks("0\r\nA:\r\n\tb\r\n\r\n"), chunks("0\r\nA: \x7F\r\n\r\n"), chunks("0\r\n\n"),
                    chunks("0\n\r\n"), chunks("5\r\nhello\n0\r\n\r\n"), chunks("5\r\nhello\r\n\r\n0\r\n\r\n")));

TEST(Parser, TakesChunkSizesOfSixteenDigits) {
  EXPECT_EQ(read(chunks("0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n")).body, "hello");
}

TEST(HeadScanner, PassesOverOneEmptyLineAndNoMore) {
  HeadScanner scanner;
  EXPECT_EQ(scanner.empty_line("\r"), 0U);
  EXPECT_EQ(scanner.scan("\r"), 0U);
  EXPECT_EQ(scanner.empty_line("\r\n"), 2U);
  EXPECT_EQ(scanner.empty_line("\r\n"), 0U);
  EXPECT_EQ(scanner.scan("\r\n"), std::unexpected(Refusal::malformed));
}

TEST(HeadScanner, FindsTheEndHoweverTheBytesArrive) {
  const std::string head = get("Origin: https://x.y\r\n");
  const std::string bytes = head + "GET /next";
  HeadScanner scanner;
  for (std::size_t size = 1; size < head.size(); ++size) {
    const auto found = scanner.scan(std::string_view(bytes).substr(0, size));
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, 0U);
  }
  EXPECT_EQ(scanner.scan(bytes), head.size());
}

}  // namespace
}  // namespace vc::http
