// One request to the ops listener, from raw bytes to its answer, as the AWS CLI and the commands send them.
//
// Input: the request. Beliefs: there is one answer, with JSON in it where it is for programs of ours, and with a type
// where it refuses; only a POST that names the function runs it, and then the answer is 2xx; a visit is counted once,
// where its response has a number.

#include <fcntl.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/file.hpp"
#include "fuzz/fields.hpp"
#include "fuzz/fuzzing.hpp"
#include "http/parser.hpp"
#include "limits.hpp"
#include "ops/ops_site.hpp"
#include "store/memory/store.hpp"

namespace vc::fuzz {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using counter::Counter;
using counter::CounterId;

const Counter& the_counter() {
  static const Counter counter{*CounterId::parse("main_counter")};
  return counter;
}

const function::Function& the_function() {
  static const function::Function instance({.counter = the_counter(),
                                            .preview_counter = {*CounterId::parse("main_counter.preview.blue")},
                                            .cors = *function::Cors::parse("https://www.dzresume.dev"),
                                            .version = "1.2.0+g0123456789ab"});
  return instance;
}

telemetry::Log& the_log() {
  static const SystemClock clock;
  static const FileDescriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  static telemetry::Log log(clock, {.fd = nowhere.get(),
                                    .format = telemetry::LogFormat::json,
                                    .level = telemetry::LogLevel::error,
                                    .buffer_bytes_max = limits::log_buffer_bytes_max});
  return log;
}

/// Keeps the one answer.
class Answer final : public http::Reply {
 public:
  void send(const http::Response& response) override {
    check(status == 0, "a request has one answer");
    status = response.status;
    body = fmt::to_string(response.body);
    check_fields(response);
    const auto text = [&](std::string_view name) { return std::string(response.fields().find(name).value_or("")); };
    content_type = text("Content-Type");
    error_type = text("x-amzn-ErrorType");
    function_error = text("X-Amz-Function-Error");
    request_id = text("x-amzn-RequestId");
  }

  void begin(const http::Response& head) override { send(head); }
  http::Awaitable<bool> go_on(std::string_view /*bytes*/) override { co_return false; }

  int status = 0;
  std::string body;
  std::string content_type;
  std::string error_type;
  std::string function_error;
  std::string request_id;  // only the Invoke API has it
};

/// The listener with a store of its own, for one request.
class World final {
 public:
  void ask(const http::Request& request, Answer& answer) {
    bool done = false;
    asio::co_spawn(context_, site_.handle(request, answer), [&](const std::exception_ptr& thrown) {
      if (thrown) std::rethrow_exception(thrown);
      done = true;
    });
    const auto work = asio::make_work_guard(context_);
    while (!done) {
      context_.run_one();
      desk_.flush();
    }
    driver_.stop();
  }

  counter::Count count() {
    const auto record = store_.read(the_counter(), clock_.now());
    return *record ? (*record)->visit_count : 0;
  }

 private:
  SystemClock clock_;
  store::MemoryStore store_;
  asio::io_context context_;
  counter::StoreDriver driver_{store_, clock_, {.queued_visits_max = 8, .queued_reads_max = 8}, {}};
  counter::Desk desk_{driver_, [this] { asio::post(context_, [this] { desk_.deliver(); }); }, [] {}};
  ops::CountersApi counters_api_{desk_, store_, the_log(), [](const CounterId& id) { return Counter{id}; }};
  ops::InvokeApi invoke_api_{the_function(),
                             desk_,
                             the_log(),
                             clock_,
                             {.deployed = {.name = "resume-blue-visitor-counter", .alias = "blue"},
                              .production_domain = "",
                              .visited = [](function::Traffic, counter::Outcome) {}}};
  telemetry::Metrics metrics_{1};
  http::Loop timers_;
  ops::Dashboard dashboard_{timers_, desk_,
                            store_,  metrics_,
                            clock_,  {.counter = the_counter(), .present = [] { return telemetry::Present{}; }}};
  ops::OpsSite site_{desk_,
                     counters_api_,
                     invoke_api_,
                     dashboard_,
                     the_log(),
                     {.counter = the_counter(),
                      .draining = [] { return false; },
                      .metrics = [] { return std::string(); },
                      .version = "1.2.0+g0123456789ab"}};
};

std::optional<json::value> parse(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  return error ? std::nullopt : std::optional(std::move(value));
}

void check_any(const http::Request& request, const Answer& answer) {
  constexpr std::array statuses = {200, 202, 204, 400, 403, 404, 405, 409, 413, 415};
  check(std::ranges::find(statuses, answer.status) != statuses.end(), "an answer has a status of the listener's");
  const bool empty = answer.status == 202 || answer.status == 204;
  const bool is_json = answer.content_type == "application/json";
  check(is_json || empty || request.path == "/metrics" || ops::Dashboard::has(request.path), "programs get JSON");
  check(empty ? answer.body.empty() : !is_json || parse(answer.body).has_value(),
        "an answer has what it says, or nothing where it must not");
  check(answer.request_id.empty() || request.method == "POST", "only a POST invokes");
  check(answer.request_id.empty() || (answer.status >= 400) == !answer.error_type.empty(), "a refusal has a type");
}

/// Whether the function has counted, by its own word.
bool has_counted(const Answer& answer) {
  if (answer.status != 200 || !answer.function_error.empty()) return false;
  const auto response = parse(answer.body);
  check(response->at("statusCode").is_int64(), "a response has a status");
  return response->at("statusCode") == 200 && std::string_view(response->at("body").as_string()).contains("\"count\"");
}

void serve(const http::Request& request) {
  World world;
  Answer answer;
  world.ask(request, answer);
  check_any(request, answer);
  if (answer.request_id.empty()) return;
  const counter::Count counted = world.count();
  const bool waits = answer.status != 202;
  check(waits ? counted == (has_counted(answer) ? 1U : 0U) : counted <= 1, "a visit is counted once, and told");
}

}  // namespace
}  // namespace vc::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vc;
  const std::string_view sent = fuzz::text_of(data, size);
  const auto head = http::HeadScanner().scan(sent);
  if (!head || *head == 0) return 0;
  http::RequestParser parser(limits::ops_body_bytes_max, http::RequestParser::Bodies::keep);
  if (!parser.parse_head(sent.substr(0, *head))) return 0;
  if (!parser.complete() && !parser.parse_body(sent.substr(*head))) return 0;
  if (parser.complete()) fuzz::serve(parser.request());
  return 0;
}
