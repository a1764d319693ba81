#include "app/lambda/lambda.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "app/lambda/lambda_config.hpp"
#include "app/lambda/lambda_handler.hpp"
#include "app/version.hpp"
#include "aws/https_client.hpp"
#include "lambda/runtime.hpp"
#include "limits.hpp"
#include "store/dynamodb/open.hpp"

namespace vc::app {
namespace {

namespace dynamodb = store::dynamodb;

/// Counts the waits: each is for a request to be sent again.
class CountingTimeline final : public dynamodb::Timeline {
 public:
  dynamodb::SteadyTime now() const override { return real_.now(); }
  void wait(std::chrono::milliseconds time) override {
    ++waits_;
    real_.wait(time);
  }

  std::int64_t waits() const { return waits_; }

 private:
  dynamodb::RealTimeline real_;
  std::int64_t waits_ = 0;
};

Result<lambda::RuntimeApi> connect(const aws::Url& address, const Clock& clock) {
  auto client = aws::HttpsClient::make({.server = address,
                                        .connect_deadline = limits::lambda_connect_deadline,
                                        .answer_bytes_max = limits::lambda_event_bytes_max});
  if (!client) return std::unexpected(client.error());
  return lambda::RuntimeApi(std::move(*client), clock);
}

/// Answers events, once everything is there. Returns why it cannot, or cannot any more.
class LambdaProcess final {
 public:
  LambdaProcess(const Environment& environment, lambda::RuntimeApi api, const Clock& clock)
      : environment_(environment), api_(std::move(api)), clock_(clock) {}

  Error run() {
    const auto config = read_lambda_config(environment_);
    if (!config) return cannot_start(config.error());
    auto link = dynamodb::connect(config->store, environment_, clock_);
    if (!link) return cannot_start(link.error());
    const auto timeline = std::make_shared<CountingTimeline>();
    const dynamodb::Address& table = config->store;
    store::DynamoDbStore store({table.table, table.engine, table.timeout}, std::move(*link), timeline, Random());
    telemetry::DirectLog log(clock_, STDOUT_FILENO, config->log_level);
    warm_up(store, *config, log);
    LambdaHandler handler(*config,
                          {.store = store,
                           .finish_by = [&store](dynamodb::SteadyTime end) { store.finish_by(end); },
                           .retries = [timeline] { return timeline->waits(); }},
                          log, clock_);
    return lambda::run(api_, handler);
  }

 private:
  /// Opens the connection, finds the key. A table that is in trouble now may not be when the first event comes.
  void warm_up(store::DynamoDbStore& store, const LambdaConfig& config, telemetry::DirectLog& log) const {
    const auto record = store.read(config.counter, clock_.now());
    if (!record) log.warn("the table does not answer yet", {{"reason", std::string_view(record.error().detail)}});
    log.info("ready", {{"version", version}, {"stage", std::string_view(config.stage)}});
  }

  Error cannot_start(const Error& error) {
    const auto told = api_.report_init({"Runtime.InvalidConfiguration", error.message});
    if (!told) return fail("{} (and the Runtime API is not told: {})", error.message, told.error().detail).error();
    return error;
  }

  const Environment& environment_;
  lambda::RuntimeApi api_;
  const Clock& clock_;
};

}  // namespace

int run_lambda(const Environment& environment) {
  const SystemClock clock;
  const auto address = runtime_api_of(environment);
  auto api = address ? connect(*address, clock) : std::unexpected(address.error());
  const Error end = api ? LambdaProcess(environment, std::move(*api), clock).run() : api.error();
  (void)std::fprintf(stderr, "bootstrap: %s\n", end.message.c_str());
  return EXIT_FAILURE;
}

}  // namespace vc::app
