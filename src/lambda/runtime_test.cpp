#include "lambda/runtime.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "support/scripted_client.hpp"

namespace vc::lambda {
namespace {

using aws::HttpResponse;

/// Answers with the event itself, but for some.
class Echo final : public Handler {
 public:
  Answer handle(const Invocation& invocation) override {
    if (invocation.event == "bad") return std::unexpected(FunctionError{"Function.Bad", "it is bad"});
    if (invocation.event == "throws") throw std::runtime_error("thrown");
    return invocation.event;
  }
  void failed(const Invocation& /*invocation*/, std::string_view reason) override { failures.emplace_back(reason); }
  void refused(const Invocation& /*invocation*/, std::string_view reason) override { refusals.emplace_back(reason); }

  std::vector<std::string> failures, refusals;
};

class LambdaRuntime : public testing::Test {
 protected:
  void give(std::string event) {
    script_.answers.emplace_back(HttpResponse{200, {{"Lambda-Runtime-Aws-Request-Id", "id"}}, std::move(event)});
  }
  void take(int status) { script_.answers.emplace_back(HttpResponse{status, {}, ""}); }

  std::string run_to_end() {
    RuntimeApi api(std::make_unique<tests::ScriptedClient>(script_), clock_);
    return run(api, handler_).message;
  }

  tests::Script script_;
  SystemClock clock_;
  Echo handler_;
};

TEST_F(LambdaRuntime, AnswersOneEventAfterTheOther) {
  for (const char* event : {"one", "two"}) {
    give(event);
    take(202);
  }
  EXPECT_EQ(run_to_end(), "the Runtime API gives no event: nobody there");
  ASSERT_EQ(script_.requests.size(), 5);
  EXPECT_EQ(script_.requests.at(1).body, "one");
  EXPECT_EQ(script_.requests.at(3).body, "two");
  EXPECT_TRUE(handler_.refusals.empty());
}

TEST_F(LambdaRuntime, GoesOnAfterAnErrorOfTheFunction) {
  for (const char* event : {"bad", "throws", "good"}) {
    give(event);
    take(202);
  }
  run_to_end();
  EXPECT_TRUE(script_.requests.at(1).target.ends_with("/error"));
  EXPECT_TRUE(script_.requests.at(3).body.contains("Runtime.InternalError"));
  EXPECT_FALSE(script_.requests.at(3).body.contains("thrown")) << "what a library says is not the caller's";
  EXPECT_EQ(handler_.failures, std::vector<std::string>{"thrown"});
  EXPECT_EQ(script_.requests.at(5).body, "good");
}

TEST_F(LambdaRuntime, GoesOnWhereOnlyThisAnswerIsRefused) {
  for (const int status : {400, 403, 413}) {
    give("event");
    take(status);
  }
  run_to_end();
  EXPECT_EQ(script_.requests.size(), 7);
  EXPECT_EQ(handler_.refusals, (std::vector<std::string>{"status 400", "status 403", "status 413"}));
}

TEST_F(LambdaRuntime, EndsWhereTheContainerIsBroken) {
  give("event");
  take(500);
  give("never asked for");
  EXPECT_EQ(run_to_end(), "the Runtime API is broken: status 500");
  EXPECT_EQ(script_.requests.size(), 2);
}

}  // namespace
}  // namespace vc::lambda
