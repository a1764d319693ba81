#include "app/lambda/lambda_config.hpp"

#include <gtest/gtest.h>

#include "limits.hpp"

namespace vc::app {
namespace {

using telemetry::LogLevel;

Result<LambdaConfig> config(Environment more = {}) {
  more.emplace("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001");
  return read_lambda_config(more);
}

TEST(LambdaConfig, HasTheDefaultsOfTheContract) {
  const auto read = config();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->runtime_api.authority(), "127.0.0.1:9001");
  EXPECT_EQ(read->store.table, "visitor-counter-prod");
  EXPECT_EQ(read->stage, "blue");
  EXPECT_EQ(read->counter.id.text(), "main_counter");
  EXPECT_EQ(read->counter.ttl.count(), 0);
  EXPECT_EQ(read->preview_counter.id.text(), "main_counter.preview.blue");
  EXPECT_EQ(read->preview_counter.ttl, limits::preview_ttl);
  EXPECT_EQ(read->production_domain, "");
  EXPECT_EQ(read->allowed_origins.origins().front(), "http://localhost:1580");
  EXPECT_EQ(read->log_level, LogLevel::info);
}

TEST(LambdaConfig, IsWhatTheEnvironmentSays) {
  const auto read = config({{"TABLE_NAME", "visits"},
                            {"STAGE", "green"},
                            {"ALLOWED_ORIGINS", "https://a.example"},
                            {"COUNTER_ID", "other"},
                            {"COUNTER_TTL_DAYS", "7"},
                            {"PRODUCTION_DOMAIN", "api.a.example"},
                            {"LOG_LEVEL", "WARN"},
                            {"AWS_LAMBDA_LOG_LEVEL", "DEBUG"},
                            {"AWS_LAMBDA_FUNCTION_NAME", "resume-green-visitor-counter"},
                            {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"}});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->store.table, "visits");
  EXPECT_EQ(read->stage, "green");
  EXPECT_EQ(read->allowed_origins.origins().front(), "https://a.example");
  EXPECT_EQ(read->counter.id.text(), "other");
  EXPECT_EQ(read->counter.ttl.count(), 7);
  EXPECT_EQ(read->preview_counter.id.text(), "other.preview.green");
  EXPECT_EQ(read->production_domain, "api.a.example");
  EXPECT_EQ(read->log_level, LogLevel::warn);
  EXPECT_EQ(read->function_name, "resume-green-visitor-counter");
  EXPECT_EQ(read->memory_mb, 128);
}

TEST(LambdaConfig, TakesAWholeAddressOfATable) {
  const auto read = config({{"VISITOR_COUNTER_STORE", "dynamodb://visits?engine=alternator"}, {"TABLE_NAME", "other"}});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->store.table, "visits");
  EXPECT_EQ(read->store.engine, store::dynamodb::Engine::alternator);
}

TEST(LambdaConfig, TakesThePlatformsLogLevels) {
  EXPECT_EQ(config({{"AWS_LAMBDA_LOG_LEVEL", "TRACE"}})->log_level, LogLevel::debug);
  EXPECT_EQ(config({{"AWS_LAMBDA_LOG_LEVEL", "FATAL"}})->log_level, LogLevel::error);
}

TEST(LambdaConfig, NamesTheVariableThatIsWrong) {
  for (const auto& [name, value] : Environment{{"TABLE_NAME", "a"},
                                               {"VISITOR_COUNTER_STORE", "sqlite:visits.db"},
                                               {"STAGE", "blue/green"},
                                               {"ALLOWED_ORIGINS", "*"},
                                               {"COUNTER_ID", "a b"},
                                               {"COUNTER_TTL_DAYS", "-1"},
                                               {"LOG_LEVEL", "loud"}}) {
    const auto read = config({{name, value}});
    ASSERT_FALSE(read) << name;
    EXPECT_TRUE(read.error().message.starts_with(name + ": ")) << read.error().message;
  }
}

TEST(LambdaConfig, NeedsThePlatform) {
  EXPECT_FALSE(read_lambda_config({}));
  EXPECT_FALSE(read_lambda_config({{"AWS_LAMBDA_RUNTIME_API", "not an address"}}));
}

}  // namespace
}  // namespace vc::app
