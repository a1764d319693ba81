#include "lambda/runtime_api.hpp"

#include <gtest/gtest.h>

#include "limits.hpp"
#include "support/scripted_client.hpp"

namespace vc::lambda {
namespace {

using namespace std::chrono_literals;
using aws::HttpFailure;
using aws::HttpResponse;
using aws::HttpTrouble;
using aws::Sent;

constexpr WallTime now = std::chrono::sys_days{2026y / 11 / 22};

class LambdaRuntimeApi : public testing::Test {
 protected:
  void answer(int status, std::vector<aws::Header> headers = {}, std::string body = "") {
    script_.answers.emplace_back(HttpResponse{status, std::move(headers), std::move(body)});
  }
  void lose() {
    script_.answers.emplace_back(std::unexpected(HttpFailure{Sent::perhaps, HttpTrouble::connection, "lost"}));
  }

  tests::Script script_;
  SteppedClock clock_{now};
  RuntimeApi api_{std::make_unique<tests::ScriptedClient>(script_), clock_};
  const Invocation invocation_{.request_id = "an-id"};
};

TEST_F(LambdaRuntimeApi, WaitsForAnEventForEver) {
  answer(200,
         {{"lambda-runtime-aws-request-id", "c0a8-01"},
          {"Lambda-Runtime-Deadline-Ms", std::to_string((now + 2500ms).time_since_epoch().count())},
          {"Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:1:function:f"},
          {"Lambda-Runtime-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793"}},
         "{}");
  const auto next = api_.next();
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->request_id, "c0a8-01");
  EXPECT_EQ(next->deadline, now + 2500ms);
  EXPECT_EQ(next->function_arn, "arn:aws:lambda:us-east-1:1:function:f");
  EXPECT_EQ(next->trace_id, "Root=1-5759e988-bd862e3fe1be46a994272793");
  EXPECT_EQ(next->event, "{}");
  EXPECT_EQ(script_.requests.at(0).method, "GET");
  EXPECT_EQ(script_.requests.at(0).target, "/2018-06-01/runtime/invocation/next");
  EXPECT_EQ(script_.deadlines.at(0), aws::SteadyTime::max());
}

TEST_F(LambdaRuntimeApi, TakesADeadlineThatIsNoneForTheDefault) {
  for (const char* text : {"", "soon", "-1", "0", "99999999999999999999", "17e9"}) {
    answer(200, {{"Lambda-Runtime-Aws-Request-Id", "id"}, {"Lambda-Runtime-Deadline-Ms", text}});
    EXPECT_EQ(api_.next()->deadline, now + limits::lambda_timeout) << text;
  }
  answer(200, {{"Lambda-Runtime-Aws-Request-Id", "id"}, {"Lambda-Runtime-Deadline-Ms", "9223372036854775807"}});
  EXPECT_EQ(api_.next()->deadline, now + limits::lambda_timeout_max);
}

TEST_F(LambdaRuntimeApi, GivesUpWhereThePlatformDoesNotAnswerAsItShould) {
  for (const int status : {403, 500, 202}) {
    answer(status, {{"Lambda-Runtime-Aws-Request-Id", "id"}});
    EXPECT_FALSE(api_.next()) << status;
  }
  for (const std::string& id : {std::string(), std::string("a/b"), std::string("a\"b"), std::string(65, 'a')}) {
    answer(200, {{"Lambda-Runtime-Aws-Request-Id", id}});
    EXPECT_FALSE(api_.next()) << id;
  }
  EXPECT_FALSE(api_.next()) << "nobody there";
}

TEST_F(LambdaRuntimeApi, HandsOverAnAnswer) {
  answer(202);
  EXPECT_TRUE(api_.respond(invocation_, "{}"));
  EXPECT_EQ(script_.requests.at(0).method, "POST");
  EXPECT_EQ(script_.requests.at(0).target, "/2018-06-01/runtime/invocation/an-id/response");
  EXPECT_EQ(script_.requests.at(0).body, "{}");
}

TEST_F(LambdaRuntimeApi, ReportsErrorsWithTheirType) {
  answer(202);
  EXPECT_TRUE(api_.report(invocation_, {"Runtime.InvalidEvent", "no \"event\""}));
  answer(202);
  EXPECT_TRUE(api_.report_init({"Runtime.InvalidConfiguration", "no table"}));
  EXPECT_EQ(script_.requests.at(0).target, "/2018-06-01/runtime/invocation/an-id/error");
  EXPECT_EQ(script_.requests.at(0).headers.at(1).name, "Lambda-Runtime-Function-Error-Type");
  EXPECT_EQ(script_.requests.at(0).headers.at(1).value, "Runtime.InvalidEvent");
  EXPECT_EQ(script_.requests.at(0).body,
            R"({"errorMessage": "no \"event\"", "errorType": "Runtime.InvalidEvent", "stackTrace": []})");
  EXPECT_EQ(script_.requests.at(1).target, "/2018-06-01/runtime/init/error");
}

TEST_F(LambdaRuntimeApi, HandsOverOnceMoreWhatTheConnectionMayHaveLost) {
  lose();
  answer(202);
  EXPECT_TRUE(api_.respond(invocation_, "{}"));
  EXPECT_EQ(script_.requests.size(), 2);
  lose();
  lose();
  const auto handed = api_.respond(invocation_, "{}");
  ASSERT_FALSE(handed);
  EXPECT_EQ(handed.error().detail, "lost");
  EXPECT_EQ(script_.requests.size(), 4);
}

TEST_F(LambdaRuntimeApi, TellsAnAnswerThatIsRefusedFromAContainerThatIsBroken) {
  for (const int status : {400, 403, 413}) {
    answer(status);
    EXPECT_EQ(api_.respond(invocation_, "{}").error().container, Refusal::Container::works) << status;
  }
  for (const int status : {500, 503, 200, 301}) {
    answer(status);
    EXPECT_EQ(api_.respond(invocation_, "{}").error().container, Refusal::Container::broken) << status;
  }
}

}  // namespace
}  // namespace vc::lambda
