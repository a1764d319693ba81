#include "store/dynamodb/reply.hpp"

#include <gtest/gtest.h>

namespace vc::store::dynamodb {
namespace {

using counter::StoreFault;

aws::HttpResponse response(int status, std::string body) { return {status, {}, std::move(body)}; }

Reply error(std::string_view type) {
  return read_reply(response(400, std::string(R"({"__type":")").append(type).append(R"(","message":"no"})")));
}

TEST(Reply, IsDoneWithItsBody) {
  const Reply reply = read_reply(response(200, R"({"Item":{"visit_count":{"N":"7"}}})"));
  EXPECT_EQ(reply.verdict, Verdict::done);
  EXPECT_TRUE(reply.body.contains("Item"));
}

TEST(Reply, IsToldByItsCodeWhateverStandsAroundIt) {
  for (const char* type :
       {"com.amazonaws.dynamodb.v20120810#ThrottlingException", "com.amazon.coral.availability#ThrottlingException",
        "ThrottlingException", "com.amazon.coral.availability#ThrottlingException:http://internal.amazon.com/"}) {
    EXPECT_EQ(error(type).verdict, Verdict::throttled) << type;
    EXPECT_EQ(error(type).error.fault, StoreFault::throttled);
  }
}

TEST(Reply, TellsWhatIsWrong) {
  EXPECT_EQ(error("x#ConditionalCheckFailedException").verdict, Verdict::condition_failed);
  EXPECT_EQ(error("x#ProvisionedThroughputExceededException").verdict, Verdict::throttled);
  EXPECT_EQ(error("x#ExpiredTokenException").verdict, Verdict::credentials);
  EXPECT_EQ(error("x#AccessDeniedException").error.fault, StoreFault::access_denied);
  EXPECT_EQ(error("x#ResourceNotFoundException").verdict, Verdict::refused);
  EXPECT_EQ(error("x#ResourceNotFoundException").error.fault, StoreFault::table_not_found);
  EXPECT_EQ(error("x#ValidationException").verdict, Verdict::refused);
}

TEST(Reply, IsUnclearWhateverItsBodyAfterAServerError) {
  for (const int status : {500, 502, 503, 504}) {
    EXPECT_EQ(read_reply(response(status, R"({"__type":"x#ThrottlingException"})")).verdict, Verdict::unclear);
  }
}

TEST(Reply, IsUnclearWhereItCannotBeRead) {
  for (const int status : {200, 400, 403}) {
    for (const char* bad : {"", "<html>", "[]", "7", "{", R"({"a":1}x)"}) {
      EXPECT_EQ(read_reply(response(status, bad)).verdict, Verdict::unclear) << status << " " << bad;
    }
  }
  EXPECT_EQ(read_reply(response(200, std::string(100'000, '['))).verdict, Verdict::unclear);
  EXPECT_EQ(read_reply(response(302, "{}")).verdict, Verdict::unclear);
  EXPECT_EQ(error("x#BrandNewException").verdict, Verdict::unclear);
}

TEST(Reply, IsUnclearWithAWrongChecksum) {
  auto reply = response(200, "{}");
  reply.headers = {{"X-Amz-Crc32", "2745614147"}};
  EXPECT_EQ(read_reply(reply).verdict, Verdict::done);
  for (const char* wrong : {"2745614148", "x", "-1"}) {
    reply.headers[0].value = wrong;
    EXPECT_EQ(read_reply(reply).verdict, Verdict::unclear);
  }
}

TEST(Reply, TellsARequestThatNeverLeftFromOneThatMayHaveArrived) {
  const aws::HttpFailure unsent{aws::Sent::nothing, aws::HttpTrouble::connection, "refused"};
  const aws::HttpFailure late{aws::Sent::perhaps, aws::HttpTrouble::timeout, "late"};
  EXPECT_EQ(read_reply(unsent).verdict, Verdict::not_sent);
  EXPECT_EQ(read_reply(unsent).error.fault, StoreFault::connection);
  EXPECT_EQ(read_reply(late).verdict, Verdict::unclear);
  EXPECT_EQ(read_reply(late).error.fault, StoreFault::timeout);
}

TEST(Reply, NeverQuotesTheServer) {
  EXPECT_EQ(read_reply(response(400, R"({"__type":"x#InvalidSignatureException","message":"hush"})")).error.detail,
            "InvalidSignatureException (status 400)");
}

}  // namespace
}  // namespace vc::store::dynamodb
