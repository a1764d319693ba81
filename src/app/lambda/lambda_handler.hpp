// The way of an event through the house: decode, plan, store, respond; and what the log and the metrics say of it.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "app/lambda/lambda_config.hpp"
#include "base/clock.hpp"
#include "counter/store.hpp"
#include "function/function.hpp"
#include "lambda/event.hpp"
#include "lambda/runtime.hpp"
#include "telemetry/direct_log.hpp"

namespace vc::app {

/// A store, and what an invocation has to tell it and to ask it.
struct LambdaStore {
  counter::CounterStore& store;
  std::function<void(std::chrono::steady_clock::time_point)> finish_by;
  std::function<std::int64_t()> retries;  // since its beginning
};

/// Thread: one. Lifetime: everything handed in outlives it.
class LambdaHandler final : public lambda::Handler {
 public:
  LambdaHandler(const LambdaConfig& config, LambdaStore store, telemetry::DirectLog& log, const Clock& clock);

  lambda::Answer handle(const lambda::Invocation& invocation) override;
  void failed(const lambda::Invocation& invocation, std::string_view reason) override;
  void refused(const lambda::Invocation& invocation, std::string_view reason) override;

 private:
  struct Exchange;

  http::Response answer(Exchange& exchange, const lambda::Event& event);
  void finish(const Exchange& exchange);
  void complain(const lambda::Invocation& invocation, std::string_view message, std::string_view reason);

  const LambdaConfig& config_;
  const function::Function function_;
  LambdaStore store_;
  telemetry::DirectLog& log_;
  const Clock& clock_;
  bool cold_start_ = true;
};

}  // namespace vc::app
