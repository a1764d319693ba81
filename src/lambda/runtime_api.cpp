#include "lambda/runtime_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "lambda/event.hpp"
#include "limits.hpp"

namespace vc::lambda {
namespace {

using aws::HttpRequest;
using aws::SteadyTime;

constexpr std::string_view base = "/2018-06-01/runtime";
constexpr int accepted = 202;
constexpr int tries_max = 2;

/// What can stand in a path and in an answer as it is: the platform's ids are UUIDs.
bool is_id(std::string_view text) {
  const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '-'; };
  return !text.empty() && text.size() <= limits::lambda_request_id_chars_max && std::ranges::all_of(text, allowed);
}

/// Milliseconds since 1970; without them the platform's own default counts from now.
WallTime deadline_of(std::string_view text, WallTime now) {
  std::int64_t millis = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), millis);
  if (error != std::errc{} || end != text.data() + text.size() || millis <= 0) return now + limits::lambda_timeout;
  return WallTime(std::min(std::chrono::milliseconds(millis), (now + limits::lambda_timeout_max).time_since_epoch()));
}

HttpRequest error_request(std::string target, const FunctionError& error) {
  return {"POST",
          std::move(target),
          {{"Content-Type", "application/json"}, {"Lambda-Runtime-Function-Error-Type", error.type}},
          error_json(error.type, error.message)};
}

std::string target_of(const Invocation& invocation, std::string_view what) {
  return fmt::format("{}/invocation/{}/{}", base, invocation.request_id, what);
}

}  // namespace

Result<Invocation> RuntimeApi::next() {
  auto answer = client_->send({"GET", fmt::format("{}/invocation/next", base), {}, ""}, SteadyTime::max());
  if (!answer) return fail("the Runtime API gives no event: {}", answer.error().detail);
  if (answer->status != 200) return fail("the Runtime API gives no event: status {}", answer->status);
  const std::string_view id = answer->header("Lambda-Runtime-Aws-Request-Id");
  if (!is_id(id)) return fail("the Runtime API gives an event without a request id");
  return Invocation{.request_id = std::string(id),
                    .function_arn = std::string(answer->header("Lambda-Runtime-Invoked-Function-Arn")),
                    .trace_id = std::string(answer->header("Lambda-Runtime-Trace-Id")),
                    .deadline = deadline_of(answer->header("Lambda-Runtime-Deadline-Ms"), clock_.now()),
                    .event = std::move(answer->body)};
}

Handed RuntimeApi::respond(const Invocation& invocation, std::string result) {
  return post({"POST", target_of(invocation, "response"), {{"Content-Type", "application/json"}}, std::move(result)});
}

Handed RuntimeApi::report(const Invocation& invocation, const FunctionError& error) {
  return post(error_request(target_of(invocation, "error"), error));
}

Handed RuntimeApi::report_init(const FunctionError& error) {
  return post(error_request(fmt::format("{}/init/error", base), error));
}

// A 4xx is about this answer alone: an id that is not known any more, one that has its answer, one that is too large,
// which the platform itself tells the caller.
Handed RuntimeApi::post(const HttpRequest& request) {
  Refusal refusal;
  for (int tries = 0; tries < tries_max; ++tries) {
    const auto answer = client_->send(request, std::chrono::steady_clock::now() + limits::lambda_post_deadline);
    if (answer && answer->status == accepted) return {};
    if (answer) {
      const bool works = answer->status >= 400 && answer->status < 500;
      return std::unexpected(Refusal{works ? Refusal::Container::works : Refusal::Container::broken,
                                     fmt::format("status {}", answer->status)});
    }
    refusal.detail = answer.error().detail;
  }
  return std::unexpected(std::move(refusal));
}

}  // namespace vc::lambda
