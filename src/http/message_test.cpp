#include "http/message.hpp"

#include <gtest/gtest.h>

namespace vc::http {
namespace {

TEST(Fields, AreFoundInAnyCaseAndWithoutBlanksAround) {
  const Fields fields("Host: a\r\nORIGIN: \t https://x.y \r\nEmpty:\r\nX:1\r\n");
  EXPECT_EQ(fields.find("host"), "a");
  EXPECT_EQ(fields.find("Origin"), "https://x.y");
  EXPECT_EQ(fields.find("Empty"), "");
  EXPECT_EQ(fields.find("x"), "1");
  EXPECT_EQ(fields.find("Hos"), std::nullopt);
  EXPECT_EQ(fields.find("Hosts"), std::nullopt);
}

TEST(Fields, GiveTheFirstAndCountAll) {
  const Fields fields("A: 1\r\nB: 2\r\na: 3\r\n");
  EXPECT_EQ(fields.find("a"), "1");
  EXPECT_EQ(fields.count("A"), 2U);
  EXPECT_EQ(fields.count("C"), 0U);
}

TEST(Fields, MayEndWithoutALineEnd) { EXPECT_EQ(Fields("A: 1\r\nB: 2").find("B"), "2"); }

TEST(Fields, MayBeNone) {
  EXPECT_EQ(Fields().find("Host"), std::nullopt);
  EXPECT_EQ(Fields("").count("Host"), 0U);
}

TEST(Response, KeepsItsFieldsInTheirOrder) {
  Response response(200);
  response.header("A", "1");
  response.header("B", std::string(2'000, 'x'));
  std::string names;
  response.fields().for_each([&](std::string_view name, std::string_view) { names += name; });
  EXPECT_EQ(names, "AB");
  EXPECT_EQ(response.fields().find("A"), "1");
  EXPECT_EQ(response.fields().find("b"), std::string(2'000, 'x'));
}

TEST(ReasonPhrase, IsThatOfTheStatus) {
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_phrase(418), "Unknown");
}

}  // namespace
}  // namespace vc::http
