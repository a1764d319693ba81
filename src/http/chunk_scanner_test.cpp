#include "http/chunk_scanner.hpp"

#include <gtest/gtest.h>

#include <string>

namespace vc::http {
namespace {

using std::string_literals::operator""s;

constexpr std::size_t waits = 0;

/// What is found when the bytes come one by one; nullopt if they are refused.
std::optional<std::size_t> scan(ChunkScanner& scanner, std::string_view bytes) {
  for (std::size_t arrived = 1; arrived <= bytes.size(); ++arrived) {
    const auto found = scanner.scan(bytes.substr(0, arrived));
    if (found != waits) return found;
  }
  return waits;
}

TEST(ChunkScanner, FindsTheLinesOfABody) {
  ChunkScanner scanner;
  EXPECT_EQ(scan(scanner, "5\r\nhello"), 3U);
  EXPECT_EQ(scan(scanner, "\r\na;b=c\r\n0123456789"), 9U);
  EXPECT_EQ(scan(scanner, "\r\n0\r\nA: b\r\nB: c\r\n\r\nGET "), 19U);
}

TEST(ChunkScanner, FindsTheEndOfABodyWithoutChunks) {
  ChunkScanner scanner;
  EXPECT_EQ(scan(scanner, "0\r\n\r\n"), 5U);
}

TEST(ChunkScanner, WaitsForWhatIsNotWhole) {
  for (const char* bytes : {"", "5", "5\r", "5;a", "0\r\n", "0\r\n\r", "0\r\nA: b\r\n"}) {
    ChunkScanner scanner;
    EXPECT_EQ(scan(scanner, bytes), waits) << bytes;
  }
}

TEST(ChunkScanner, RefusesLinesThatReadersCouldTakeForOthers) {
  for (const std::string& bytes :
       {"\r\n"s, "g\r\n"s, "5 \r\n"s, "5g\r\n"s, "5;a b\r\n"s, "5;a\t\r\n"s, "5\n"s, "5\rx"s, "5;\0"s, "5;\x7F"s,
        "00000000000000000\r\n"s, "0\r\n A: b\r\n"s, "0\r\nA:\r\n\tb\r\n"s, "0\r\nA: b\n"s, "0\r\nA: \x01"s}) {
    ChunkScanner scanner;
    EXPECT_EQ(scan(scanner, bytes), std::nullopt) << bytes;
  }
}

TEST(ChunkScanner, RefusesAChunkThatDoesNotEndWithItsData) {
  for (const char* bytes : {"o\r\n", "\n", "\rx", " \r\n"}) {
    ChunkScanner scanner;
    ASSERT_EQ(scan(scanner, "5\r\n"), 3U);
    EXPECT_EQ(scan(scanner, bytes), std::nullopt) << bytes;
  }
}

}  // namespace
}  // namespace vc::http
