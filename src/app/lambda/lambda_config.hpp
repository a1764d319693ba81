// What the environment of a Lambda function chooses.
#pragma once

#include <string>

#include "aws/url.hpp"
#include "base/environment.hpp"
#include "base/result.hpp"
#include "counter/counter.hpp"
#include "function/cors.hpp"
#include "store/dynamodb/address.hpp"
#include "telemetry/log_line.hpp"

namespace vc::app {

struct LambdaConfig {
  aws::Url runtime_api;
  store::dynamodb::Address store;
  counter::Counter counter;
  counter::Counter preview_counter;
  function::Cors allowed_origins;
  std::string stage;
  std::string production_domain;  // empty: all traffic is production
  telemetry::LogLevel log_level = telemetry::LogLevel::info;
  std::string function_name;
  std::int64_t memory_mb = 0;  // 0: not told
};

/// `AWS_LAMBDA_RUNTIME_API`, where the platform listens. Errors: this process was not started by Lambda.
Result<aws::Url> runtime_api_of(const Environment& environment);

/// TABLE_NAME, STAGE, ALLOWED_ORIGINS, COUNTER_ID, COUNTER_TTL_DAYS, PRODUCTION_DOMAIN, LOG_LEVEL, and what Lambda
/// sets. VISITOR_COUNTER_STORE, a `dynamodb://TABLE?…`, says more about the table than its name. Errors: a value that
/// does not parse; the message names the variable.
Result<LambdaConfig> read_lambda_config(const Environment& environment);

}  // namespace vc::app
