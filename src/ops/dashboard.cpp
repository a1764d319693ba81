#include "ops/dashboard.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

#include "http/suspend.hpp"
#include "limits.hpp"
#include "ops/dashboard_page.hpp"
#include "ops/history_json.hpp"
#include "ops/on_store_thread.hpp"
#include "ops/responses.hpp"

namespace vc::ops {

using counter::History;
using counter::HourRange;
using counter::StoreResult;
using http::Awaitable;
using http::Reply;
using http::Request;
using http::Response;

namespace {

constexpr std::string_view events_path = "/dashboard/events";
constexpr std::string_view history_path = "/dashboard/history";

/// Nothing from elsewhere, nowhere else to send anything, and in nobody's frame.
constexpr std::string_view content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

const PageFile* file_at(std::string_view path) {
  const auto files = dashboard_page();
  const auto found = std::ranges::find(files, path, &PageFile::path);
  return found == files.end() ? nullptr : &*found;
}

/// So many days, and the hours of today that have begun.
HourRange until_now(std::chrono::days days, WallTime now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  return {.from = today - days, .until = std::chrono::floor<std::chrono::hours>(now) + std::chrono::hours(1)};
}

}  // namespace

void Dashboard::start() { boost::asio::co_spawn(loop_.executor(), look(), boost::asio::detached); }

void Dashboard::stop() {
  stopping_ = true;
  step_.cancel();
  for (http::Timer& watcher : watchers_) watcher.cancel();
}

Awaitable<void> Dashboard::look() {
  while (!stopping_) {
    recent_.look(metrics_.sites(), std::chrono::steady_clock::now());
    step_.expires_after(limits::traffic_step);
    co_await step_.async_wait(http::as_result);
  }
}

bool Dashboard::has(std::string_view path) {
  return path == events_path || path == history_path || file_at(path) != nullptr;
}

// Responses are built and sent in plain functions: they are large, and a coroutine would keep them in its frame.
Awaitable<void> Dashboard::handle(const Request& request, Reply& reply) {
  if (request.path == events_path) {
    co_await stream(reply);
  } else if (request.path == history_path) {
    send_history(co_await history(until_now(limits::dashboard_history, clock_.now())), reply);
  } else {
    send_file(request.path, reply);
  }
}

// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Each tells all there is to tell,
// and is made when the one before has been taken: a slow page misses some, and is never behind.
Awaitable<void> Dashboard::stream(Reply& reply) {
  if (watchers_.size() >= limits::dashboards_max || stopping_) co_return refuse_one_more(reply);
  const auto watcher = watchers_.emplace(watchers_.end(), loop_.executor());
  begin_stream(reply);
  for (bool goes_on = true; goes_on && !stopping_;) {
    const std::string event = fmt::format("data: {}\n\n", co_await figures());
    goes_on = co_await reply.go_on(event);
    if (!goes_on || stopping_) break;
    watcher->expires_after(limits::dashboard_interval);
    co_await watcher->async_wait(http::as_result);
  }
  if (stopping_) co_await reply.go_on("event: stopping\ndata:\n\n");
  watchers_.erase(watcher);
}

Awaitable<std::string> Dashboard::figures() {
  counter::Read read(options_.counter);
  co_await http::suspend([&](Resume done) { desk_.read(read, done); });
  auto today = co_await history(until_now(std::chrono::days(0), clock_.now()));
  co_return to_json({.time = clock_.now(),
                     .record = std::move(read.result),
                     .today = std::move(today),
                     .present = options_.present(),
                     .totals = metrics_.sites(),
                     .traffic = recent_.figures()});
}

Awaitable<StoreResult<History>> Dashboard::history(HourRange hours) {
  return on_store_thread<History>(desk_, [this, hours](WallTime) { return store_.history(options_.counter, hours); });
}

void Dashboard::send_file(std::string_view path, Reply& reply) {
  const PageFile& file = *file_at(path);
  Response response = text_response(200, file.type, file.bytes);
  response.header("Content-Security-Policy", content_policy);
  response.header("Cross-Origin-Opener-Policy", "same-origin");
  response.header("Cross-Origin-Resource-Policy", "same-origin");
  response.header("Referrer-Policy", "no-referrer");
  reply.send(response);
}

void Dashboard::send_history(const StoreResult<History>& history, Reply& reply) {
  reply.send(json_response(history ? 200 : 503, to_json(history)));
}

void Dashboard::refuse_one_more(Reply& reply) { reply.send(error_response(503, "too many dashboards are open")); }

void Dashboard::begin_stream(Reply& reply) { reply.begin(text_response(200, "text/event-stream", "")); }

}  // namespace vc::ops
