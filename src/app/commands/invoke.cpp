#include "app/commands/invoke.hpp"

#include <unistd.h>
#include <boost/json.hpp>

#include "app/commands/ops_client.hpp"
#include "app/stores.hpp"
#include "base/random.hpp"
#include "base/time_text.hpp"
#include "function/direct.hpp"
#include "lambda/event.hpp"
#include "lambda/invoke_request.hpp"
#include "limits.hpp"

namespace vc::app {
namespace {

namespace json = boost::json;

constexpr std::int64_t server_error = 500;

Result<Invoked> invoke_here(const Config& config, const lambda::Event& event) {
  const SystemClock clock;
  auto store = open_store(config, clock);
  if (!store) return std::unexpected(store.error());
  const function::Function function = config.function();
  const auto plan = function.plan(event.request(), lambda::traffic_of(event, config.production_domain));
  const Uuid id = Random().uuid();
  const function::Answer answer = function::answer(function, plan, *store->store, clock.now(), view(id));
  return Invoked{lambda::to_json(answer.response), answer.reason};
}

/// The server's answer says no more than visitors may know of what went wrong.
std::string trouble_of(const std::string& answer) {
  boost::system::error_code error;
  const json::value parsed = json::parse(answer, error);
  const json::object* object = error ? nullptr : parsed.if_object();
  const json::value* status = object != nullptr ? object->if_contains("statusCode") : nullptr;
  if (status == nullptr || !status->is_int64()) return "the server's answer is no response of the function";
  if (status->get_int64() < server_error) return "";
  return fmt::format("the function answered with status {}; the server's log says why", status->get_int64());
}

}  // namespace

Result<Invoked> invoke(const CounterPlace& place, const std::string& text) {
  const auto event = lambda::parse_event(text);
  if (!event) return Invoked{lambda::error_json(lambda::invalid_event, event.error().message), event.error().message};
  const bool own_memory = std::holds_alternative<MemoryStoreUri>(place.config.store) && !place.ops;
  const std::string ops = own_memory ? "" : ops_of_owner(place);
  if (ops.empty()) return invoke_here(place.config, *event);
  auto answer = ask_ops(ops, {"POST", lambda::invoke_path(place.config.function_name()), text});
  if (!answer) return std::unexpected(answer.error());
  std::string trouble = trouble_of(*answer);
  return Invoked{std::move(*answer), std::move(trouble)};
}

}  // namespace vc::app
