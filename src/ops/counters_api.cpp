#include "ops/counters_api.hpp"

#include <set>

#include "base/number.hpp"
#include "http/suspend.hpp"
#include "limits.hpp"
#include "ops/guard.hpp"
#include "ops/history_json.hpp"
#include "ops/on_store_thread.hpp"
#include "ops/record_json.hpp"
#include "ops/responses.hpp"

namespace vc::ops {

using counter::Count;
using counter::Counter;
using counter::CounterId;
using counter::Entry;
using counter::HourRange;
using counter::IfThere;
using counter::Record;
using counter::StoreResult;
using http::Awaitable;
using http::Request;
using http::Response;

namespace {

/// The first counter that comes a second time; nullptr: none does.
const CounterId* first_twice(const std::vector<Entry>& entries) {
  std::set<std::string_view> ids;
  for (const Entry& entry : entries) {
    if (!ids.insert(entry.id.text()).second) return &entry.id;
  }
  return nullptr;
}

Response no_such(const CounterId& id) { return error_response(404, fmt::format("there is no counter {}", id.text())); }

/// Of work that only the operator's own commands ask for: they print what the store said, if it was asked.
Response told_to_operator(const counter::StoreError& error) {
  return error.detail.empty() ? error_response(error) : error_response(503, error.detail);
}

/// The `from=HOUR` of a query.
Result<std::chrono::sys_time<std::chrono::hours>> parse_from(std::string_view query) {
  constexpr std::string_view name = "from=";
  if (!query.starts_with(name)) return fail("from=HOUR is missing");
  const auto hour = parse_number(query.substr(name.size()), 0, limits::epoch_hours_max);
  if (!hour) return std::unexpected(hour.error());
  return std::chrono::sys_time<std::chrono::hours>(std::chrono::hours(*hour));
}

}  // namespace

Awaitable<std::optional<Response>> CountersApi::answer(const Request& request) {
  constexpr std::string_view all = "/counters";
  constexpr std::string_view each = "/counters/";
  constexpr std::string_view its_history = "/history";
  if (request.path.starts_with(each)) {
    std::string_view id = request.path.substr(each.size());
    if (!id.ends_with(its_history)) co_return co_await counter(request, id);
    id.remove_suffix(its_history.size());
    co_return co_await history(request, id);
  }
  if (request.path != all && request.path != "/backup") co_return std::nullopt;
  const bool imports = request.path == all && (request.method == "POST" || request.method == "PUT");
  if (imports) co_return co_await take_over(request);
  if (request.method != "GET") co_return wrong_method(request.path == all ? "GET, POST, PUT" : "GET");
  if (request.path == all) co_return co_await list();
  co_return co_await copy();
}

Awaitable<Response> CountersApi::take_over(const Request& request) {
  if (!has_json_body(request.fields)) co_return error_response(415, "Content-Type must be application/json");
  const auto entries = parse_records(request.body);
  if (!entries) co_return error_response(400, entries.error().message);
  if (const auto* twice = first_twice(*entries)) co_return error_response(400, twice->text() + " comes twice");
  const IfThere if_there = request.method == "PUT" ? IfThere::replace : IfThere::refuse;
  const auto done = co_await on_store_thread<std::optional<CounterId>>(desk_, [this, &entries, if_there](WallTime now) {
    return store_.take_over(*entries, if_there, counter_of_, now);
  });
  if (!done) {
    log_.error("import failed", {{"reason", done.error().detail}});
    co_return told_to_operator(done.error());
  }
  if (*done) co_return error_response(409, there_already((*done)->text()));
  log_.info("counters imported", {{"counters", static_cast<std::int64_t>(entries->size())}});
  co_return json_response(200, "{}");
}

Awaitable<Response> CountersApi::copy() {
  const auto copy =
      co_await on_store_thread<std::optional<std::string>>(desk_, [this](WallTime) { return store_.copy(); });
  if (!copy) {
    log_.error("backup failed", {{"reason", copy.error().detail}});
    co_return told_to_operator(copy.error());
  }
  if (!*copy) co_return error_response(404, no_file);
  log_.info("store copied", {{"bytes", static_cast<std::int64_t>((*copy)->size())}});
  co_return text_response(200, "application/vnd.sqlite3", **copy);
}

Awaitable<Response> CountersApi::list() {
  const auto entries = co_await on_store_thread<std::vector<Entry>>(
      desk_, [this](WallTime now) { return store_.list(counter_of_, now); });
  if (!entries) co_return error_response(entries.error());
  co_return json_response(200, to_json(*entries));
}

Awaitable<Response> CountersApi::counter(const Request& request, std::string_view text) {
  const auto id = CounterId::parse(text);
  if (!id) co_return error_response(400, id.error().message);
  if (request.method == "GET") co_return co_await read(counter_of_(*id));
  if (request.method != "PUT") co_return wrong_method("GET, PUT");

  if (!has_json_body(request.fields)) co_return error_response(415, "Content-Type must be application/json");
  if (request.body.size() > limits::correction_bytes_max) co_return error_response(413, http::reason_phrase(413));
  const auto asked = parse_correction(request.body);
  if (!asked) co_return error_response(400, asked.error().message);
  if (asked->expected) co_return co_await correct_if(counter_of_(*id), *asked->expected, asked->count);
  co_return co_await correct(counter_of_(*id), asked->count);
}

Awaitable<Response> CountersApi::history(const Request& request, std::string_view text) {
  const auto id = CounterId::parse(text);
  if (!id) co_return error_response(400, id.error().message);
  if (request.method != "GET") co_return wrong_method("GET");
  const auto from = parse_from(request.query);
  if (!from) co_return error_response(400, from.error().message);

  const Counter counter = counter_of_(*id);
  counter::Read read(counter);
  co_await http::suspend([&](Resume done) { desk_.read(read, done); });
  if (!read.result) co_return error_response(read.result.error());
  if (!*read.result) co_return no_such(*id);
  const auto history = co_await on_store_thread<counter::History>(desk_, [this, &counter, &from](WallTime now) {
    const HourRange hours{.from = *from, .until = std::chrono::floor<std::chrono::hours>(now) + std::chrono::hours(1)};
    return store_.history(counter, hours);
  });
  if (!history) co_return error_response(history.error());
  co_return json_response(200, to_json(history));
}

Awaitable<Response> CountersApi::read(Counter counter) {
  counter::Read read(counter);
  co_await http::suspend([&](Resume done) { desk_.read(read, done); });
  if (!read.result) co_return error_response(read.result.error());
  if (!*read.result) co_return no_such(counter.id);
  co_return json_response(200, to_json(counter.id, **read.result));
}

Awaitable<Response> CountersApi::correct(Counter counter, Count count) {
  counter::Correction correction(counter, count);
  co_await http::suspend([&](Resume done) { desk_.correct(correction, done); });
  co_return corrected(counter.id, correction.result);
}

Awaitable<Response> CountersApi::correct_if(Counter counter, Count expected, Count count) {
  const auto result = co_await on_store_thread<Result<Record, Count>>(
      desk_, [this, &counter, expected, count](WallTime now) { return store_.set_if(counter, expected, count, now); });
  if (!result) co_return corrected(counter.id, std::unexpected(result.error()));
  if (!*result) co_return error_response(409, unexpected_count(counter.id, expected, result->error()));
  co_return corrected(counter.id, **result);
}

Response CountersApi::corrected(const CounterId& id, const StoreResult<Record>& record) {
  if (!record) {
    log_.error("correction failed", {{"counter", id.text()}, {"reason", record.error().detail}});
    return error_response(record.error());
  }
  log_.info("counter set", {{"counter", id.text()}, {"visit_count", static_cast<std::int64_t>(record->visit_count)}});
  return json_response(200, to_json(id, *record));
}

}  // namespace vc::ops
