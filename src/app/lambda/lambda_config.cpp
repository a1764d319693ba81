#include "app/lambda/lambda_config.hpp"

#include <array>
#include <utility>

#include "app/config/defaults.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "limits.hpp"

namespace vc::app {
namespace {

using telemetry::LogLevel;

std::string value_of(const Environment& environment, std::string_view name, std::string_view fallback) {
  const std::string_view given = variable(environment, name);
  return std::string(given.empty() ? fallback : given);
}

template <class T>
Result<T> named(std::string_view name, Result<T> parsed) {
  if (!parsed) return fail("{}: {}", name, parsed.error().message);
  return std::move(*parsed);
}

Result<store::dynamodb::Address> store_of(const Environment& environment) {
  const std::string_view whole = variable(environment, "VISITOR_COUNTER_STORE");
  if (!whole.empty()) return named("VISITOR_COUNTER_STORE", store::dynamodb::parse_address(whole));
  const std::string table = value_of(environment, "TABLE_NAME", "visitor-counter-prod");
  return named("TABLE_NAME", store::dynamodb::parse_address("dynamodb://" + table));
}

/// Ours, and the platform's names for what lies beyond them.
Result<LogLevel> log_level_of(const Environment& environment) {
  static constexpr std::array<std::pair<std::string_view, LogLevel>, 6> levels = {{{"trace", LogLevel::debug},
                                                                                   {"debug", LogLevel::debug},
                                                                                   {"info", LogLevel::info},
                                                                                   {"warn", LogLevel::warn},
                                                                                   {"error", LogLevel::error},
                                                                                   {"fatal", LogLevel::error}}};
  const std::string platform = value_of(environment, "AWS_LAMBDA_LOG_LEVEL", "info");
  const std::string given = value_of(environment, "LOG_LEVEL", platform);
  for (const auto& [name, level] : levels) {
    if (lower_case(given) == name) return level;
  }
  return fail("LOG_LEVEL: '{}' is none of debug, info, warn, error", given);
}

}  // namespace

Result<aws::Url> runtime_api_of(const Environment& environment) {
  const std::string_view given = variable(environment, "AWS_LAMBDA_RUNTIME_API");
  if (given.empty()) return fail("AWS_LAMBDA_RUNTIME_API is not set: AWS Lambda starts this program (docs/lambda.md)");
  return named("AWS_LAMBDA_RUNTIME_API", aws::parse_url(std::string("http://").append(given)));
}

Result<LambdaConfig> read_lambda_config(const Environment& environment) {
  auto runtime_api = runtime_api_of(environment);
  if (!runtime_api) return std::unexpected(runtime_api.error());
  auto store = store_of(environment);
  if (!store) return std::unexpected(store.error());
  auto origins =
      named("ALLOWED_ORIGINS", function::Cors::parse(value_of(environment, "ALLOWED_ORIGINS", default_origins)));
  if (!origins) return std::unexpected(origins.error());
  const auto id =
      named("COUNTER_ID", counter::CounterId::parse(value_of(environment, "COUNTER_ID", default_counter_id)));
  if (!id) return std::unexpected(id.error());
  std::string stage = value_of(environment, "STAGE", default_stage);
  const auto preview_id = named("STAGE", counter::preview_of(*id, stage));
  if (!preview_id) return std::unexpected(preview_id.error());
  const auto ttl_days = named("COUNTER_TTL_DAYS", parse_number(value_of(environment, "COUNTER_TTL_DAYS", "0"), 0,
                                                               static_cast<std::uint64_t>(limits::ttl_max.count())));
  if (!ttl_days) return std::unexpected(ttl_days.error());
  const auto log_level = log_level_of(environment);
  if (!log_level) return std::unexpected(log_level.error());
  const auto memory = parse_number(variable(environment, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), 0, UINT32_MAX);

  LambdaConfig config{.runtime_api = std::move(*runtime_api),
                      .store = std::move(*store),
                      .counter = {*id, std::chrono::days(*ttl_days)},
                      .preview_counter = {*preview_id, limits::preview_ttl},
                      .allowed_origins = std::move(*origins)};
  config.stage = std::move(stage);
  config.production_domain = variable(environment, "PRODUCTION_DOMAIN");
  config.log_level = *log_level;
  config.function_name = variable(environment, "AWS_LAMBDA_FUNCTION_NAME");
  config.memory_mb = static_cast<std::int64_t>(memory.value_or(0));
  return config;
}

}  // namespace vc::app
