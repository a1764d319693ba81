#include "function/cors.hpp"

#include <gtest/gtest.h>

namespace vc::function {
namespace {

const Cors cors = *Cors::parse("https://www.dzresume.dev, https://dzresume.dev,http://localhost:1580");

std::optional<std::string_view> allowed(std::string_view fields) { return cors.allow(http::Fields(fields)); }

TEST(Cors, EchoesEveryOriginOfTheList) {
  for (const std::string& origin : cors.origins()) {
    const std::string field = "Origin: " + origin + "\r\n";
    EXPECT_EQ(allowed(field), origin);
  }
}

TEST(Cors, NamesThePrimaryWithoutAnOrigin) { EXPECT_EQ(allowed("Host: x\r\n"), "https://www.dzresume.dev"); }

TEST(Cors, KnowsTheFieldInAnyCase) { EXPECT_EQ(allowed("oRIGIN:https://dzresume.dev\r\n"), "https://dzresume.dev"); }

TEST(Cors, GivesAForeignOriginNothing) {
  for (const char* origin :
       {"https://evil.example", "null", "", "https://dzresume.dev.evil.example", "https://evil-dzresume.dev",
        "http://dzresume.dev", "https://dzresume.dev:443", "https://dzresume.dev:8443", "https://dzresume.dev/",
        "HTTPS://DZRESUME.DEV", "https://www.dzresume.de", "https://www.dzresume.deva", "http://localhost",
        "https://localhost:1580", "*", "https://dzresume.dev https://www.dzresume.dev",
        "https://dzresume.dev, https://www.dzresume.dev", "file://", "https://d\xC5\xBAresume.dev"}) {
    const std::string field = std::string("Origin: ") + origin + "\r\n";
    EXPECT_EQ(allowed(field), std::nullopt) << origin;
  }
}

TEST(Cors, GivesTwoOriginsNothing) {
  EXPECT_EQ(allowed("Origin: https://dzresume.dev\r\nOrigin: https://dzresume.dev\r\n"), std::nullopt);
}

TEST(Cors, RefusesAListThatIsNone) {
  for (const char* list :
       {"", "*", "null", "dzresume.dev", "https://", "https://a.b/", "https://a.b,", "https://A.b"}) {
    EXPECT_FALSE(Cors::parse(list)) << list;
  }
}

}  // namespace
}  // namespace vc::function
