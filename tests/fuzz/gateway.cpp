// One request from raw bytes to its answer: parse, admit, plan, respond.
//
// Input: a byte that says what the store does, then the request. Beliefs: only GET /counter counts, and only GET
// /health reads; every answer has the headers of its kind; its body is JSON, and tells nothing of the inside.

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/time_text.hpp"
#include "function/function.hpp"
#include "fuzz/fields.hpp"
#include "fuzz/fuzzing.hpp"
#include "gateway/gateway.hpp"
#include "http/parser.hpp"
#include "limits.hpp"

namespace vc::fuzz {
namespace {

using counter::CounterId;
using counter::Outcome;
using function::Plan;
using http::Request;
using http::Response;

constexpr std::string_view inside = "/var/lib/inside: disk I/O error";
constexpr std::array origins = {"https://www.dzresume.dev", "https://dzresume.dev"};

struct Api {
  gateway::Gateway gateway{*gateway::BasePaths::parse("(none),blue")};
  function::Function function{{.counter = {*CounterId::parse("main_counter")},
                               .preview_counter = {*CounterId::parse("main_counter.preview.blue")},
                               .cors = *function::Cors::parse("https://www.dzresume.dev,https://dzresume.dev"),
                               .version = "1.2.0+g0123456789ab"}};
  gateway::Ids ids;
};

const Api& api() {
  static const Api instance = [] {
    Random random(1);
    Api made;
    made.ids = gateway::make_ids(random, WallTime{});
    return made;
  }();
  return instance;
}

Response count(const Plan& plan, std::uint8_t choice, const function::Context& context) {
  switch (choice % 3U) {
    case 0: return api().function.counted(plan, limits::count_max - choice, context);
    case 1: return api().function.not_counted(plan, Outcome::not_counted, context);
    default: return api().function.not_counted(plan, Outcome::unknown, context);
  }
}

Response health(const Plan& plan, std::uint8_t choice, const function::Context& context) {
  switch (choice % 3U) {
    case 0: return api().function.health(plan, counter::Record{.visit_count = choice}, context);
    case 1: return api().function.health(plan, std::nullopt, context);
    default: {
      const auto fault = static_cast<counter::StoreFault>(choice % 7U);
      return api().function.health(plan, std::unexpected(counter::StoreError{fault, std::string(inside)}), context);
    }
  }
}

std::optional<std::string_view> header(const Response& response, std::string_view name) {
  return response.fields().find(name);
}

void check_any(const Response& response, const Request& request) {
  const std::string body = fmt::to_string(response.body);
  check(header(response, "Content-Type").has_value(), "an answer says its type");
  check(header(response, "x-amzn-RequestId") == view(api().ids.request_id), "an answer has its id");
  check_fields(response);
  check(!body.contains(inside), "an answer tells nothing of the inside");
  boost::system::error_code error;
  const bool may_be_empty = request.method == "HEAD" || request.method == "OPTIONS";
  if (!body.empty() || !may_be_empty) boost::json::parse(body, error);
  check(!error, "a body is JSON");
}

void check_origin(const Response& response, const Request& request) {
  const auto allowed = header(response, "Access-Control-Allow-Origin");
  const auto origin = request.fields.find("Origin");
  const bool known = !origin || std::ranges::find(origins, *origin) != origins.end();
  if (!known) return check(!allowed, "a foreign origin is not let in");
  if (request.fields.count("Origin") <= 1) check(allowed == origin.value_or(origins[0]), "an origin of ours is");
}

void check_function(const Response& response, const Request& request) {
  check_origin(response, request);
  check(header(response, "Vary") == "Origin", "an answer differs by origin");
  check(header(response, "X-Content-Type-Options") == "nosniff", "an answer is not guessed at");
  check(header(response, "Access-Control-Allow-Methods") == "GET, OPTIONS", "an answer names the methods");
  const bool counts = request.path.ends_with("/counter") && request.method == "GET";
  check(header(response, "X-Visit-Outcome").has_value() == (counts && response.status == 500),
        "a visit without a number says what became of it");
}

/// What product.md says of who reaches the function, written a second time.
bool is_of_the_api(const Request& request) {
  constexpr std::array paths = {"/counter", "/health", "/blue/counter", "/blue/health"};
  return std::ranges::find(paths, request.path) != paths.end() &&
         (request.method == "GET" || request.method == "OPTIONS");
}

void serve(const Request& request, std::uint8_t choice) {
  const function::Context context{.request_id = view(api().ids.request_id), .time = "2024-01-15T10:30:00Z"};
  const auto admission = api().gateway.admit(request, gateway::Moment{});
  check((admission.refused == nullptr) == is_of_the_api(request), "only the API's requests are admitted");
  if (admission.refused != nullptr) {
    const Response refused = gateway::refuse(*admission.refused, request.method, api().ids);
    check(refused.status == 403 && !header(refused, "Access-Control-Allow-Origin"), "an unknown route is refused");
    return check_any(refused, request);
  }

  const Plan plan =
      api().function.plan({.method = request.method, .path = admission.route->path, .fields = request.fields},
                          function::Traffic::production);
  const bool get = request.method == "GET";
  const bool counter = request.path.ends_with("/counter");
  check(std::holds_alternative<Plan::Count>(plan.what) == (get && counter), "only GET /counter counts");
  check(std::holds_alternative<Plan::ReadHealth>(plan.what) == (get && !counter), "only GET /health reads");
  Response response = !get      ? api().function.preflight(plan)
                      : counter ? count(plan, choice, context)
                                : health(plan, choice, context);
  gateway::add_headers(response, api().ids);
  check_any(response, request);
  check_function(response, request);
}

}  // namespace
}  // namespace vc::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vc;
  std::string_view sent = fuzz::text_of(data, size);
  const std::uint8_t choice = fuzz::take_byte(sent);
  const auto head = http::HeadScanner().scan(sent);
  if (!head || *head == 0) return 0;
  http::RequestParser parser(limits::body_bytes_max, http::RequestParser::Bodies::discard);
  if (parser.parse_head(sent.substr(0, *head))) fuzz::serve(parser.request(), choice);
  return 0;
}
