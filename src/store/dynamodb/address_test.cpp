#include "store/dynamodb/address.hpp"

#include <gtest/gtest.h>

namespace vc::store::dynamodb {
namespace {

TEST(Address, IsWrittenAsItIsRead) {
  for (const char* address :
       {"dynamodb://visits", "dynamodb://visits?region=eu-central-1", "dynamodb://visits?engine=alternator&timeout=5",
        "dynamodb://visits?region=local&endpoint=http://127.0.0.1:4567&engine=dynalite"}) {
    const auto parsed = parse_address(address);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(text(*parsed), address);
  }
}

TEST(Address, RefusesEverythingElse) {
  for (const char* bad :
       {"dynamodb:visits", "dynamodb://", "dynamodb://ab", "dynamodb://a/b/c", "dynamodb://visits?x=1",
        "dynamodb://visits?region=", "dynamodb://visits?region=a.b", "dynamodb://visits?endpoint=127.0.0.1",
        "dynamodb://visits?endpoint=http://127.0.0.1/path", "dynamodb://visits?engine=mine",
        "dynamodb://visits?timeout=0", "dynamodb://visits?timeout=61", "dynamodb://visits?timeout=1s"}) {
    EXPECT_FALSE(parse_address(bad)) << bad;
  }
}

TEST(Address, LeadsToTheEndpointThatWasGiven) {
  const Environment environment = {{"AWS_ENDPOINT_URL_DYNAMODB", "http://one:1"}, {"AWS_ENDPOINT_URL", "http://two:2"}};
  const auto host = [&](const char* address, const Environment& variables) {
    return endpoint_of(*parse_address(address), "us-east-1", variables)->authority();
  };
  EXPECT_EQ(host("dynamodb://visits?endpoint=http://own:3", environment), "own:3");
  EXPECT_EQ(host("dynamodb://visits", environment), "one:1");
  EXPECT_EQ(host("dynamodb://visits", {{"AWS_ENDPOINT_URL", "http://two:2"}}), "two:2");
  EXPECT_EQ(host("dynamodb://visits", {}), "dynamodb.us-east-1.amazonaws.com");
  EXPECT_EQ(host("dynamodb://visits",
                 {{"AWS_ENDPOINT_URL", "http://two:2"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}}),
            "dynamodb.us-east-1.amazonaws.com");
}

TEST(Address, LeadsToNoHostThatARegionSmugglesIn) {
  EXPECT_FALSE(endpoint_of(*parse_address("dynamodb://visits"), "x.example.org/", {}));
  EXPECT_FALSE(endpoint_of(*parse_address("dynamodb://visits?endpoint=http://own:3"), "local\r\nHost: other", {}));
}

}  // namespace
}  // namespace vc::store::dynamodb
