#include "store/dynamodb/table.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <optional>

#include "limits.hpp"
#include "store/dynamodb/trouble.hpp"

namespace vc::store::dynamodb {
namespace {

namespace json = boost::json;
using counter::StoreFault;

Reply ask(Link& link, Timeline& timeline, std::string_view operation, const json::object& body) {
  return link.ask(operation, json::serialize(body), timeline.now() + limits::dynamodb_table_deadline);
}

Reply describe(Link& link, const Address& address, Timeline& timeline) {
  return ask(link, timeline, "DescribeTable", {{"TableName", address.table}});
}

std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

/// The first object of a list; nullptr unless the list has that one alone.
const json::object* only(const json::object& object, std::string_view name) {
  const json::value* list = object.if_contains(name);
  const json::array* array = list != nullptr ? list->if_array() : nullptr;
  return array != nullptr && array->size() == 1 ? array->front().if_object() : nullptr;
}

bool keyed_by_counter_id(const json::object& table) {
  const json::object* key = only(table, "KeySchema");
  const json::object* type = only(table, "AttributeDefinitions");
  return key != nullptr && type != nullptr && text_at(*key, "AttributeName") == "counter_id" &&
         text_at(*key, "KeyType") == "HASH" && text_at(*type, "AttributeName") == "counter_id" &&
         text_at(*type, "AttributeType") == "S";
}

json::object creation(const Address& address) {
  json::object body{{"TableName", address.table},
                    {"KeySchema", json::array{{{"AttributeName", "counter_id"}, {"KeyType", "HASH"}}}},
                    {"AttributeDefinitions", json::array{{{"AttributeName", "counter_id"}, {"AttributeType", "S"}}}},
                    {"BillingMode", "PAY_PER_REQUEST"}};
  if (address.engine == Engine::dynamodb) body["DeletionProtectionEnabled"] = true;
  // Conditions of Alternator hold only where each write is a lightweight transaction.
  if (address.engine == Engine::alternator) {
    body["Tags"] = json::array{{{"Key", "system:write_isolation"}, {"Value", "only_rmw_uses_lwt"}}};
  }
  return body;
}

/// The table as it is described; a member that is missing is an empty object.
json::object described(const Reply& reply) {
  const json::value* table = reply.body.if_contains("Table");
  return table != nullptr && table->is_object() ? table->get_object() : json::object();
}

Result<void> wait_until_active(Link& link, const Address& address, Timeline& timeline) {
  const SteadyTime deadline = timeline.now() + limits::dynamodb_creation_deadline;
  for (;;) {
    const Reply reply = describe(link, address, timeline);
    const bool missing = reply.error.fault == StoreFault::table_not_found;  // for a moment after its creation
    if (reply.verdict == Verdict::done && text_at(described(reply), "TableStatus") == "ACTIVE") return {};
    if (reply.verdict == Verdict::credentials || (reply.verdict == Verdict::refused && !missing)) {
      return trouble(address, reply.error);
    }
    if (timeline.now() >= deadline) return fail("the table {} is not active yet; look again later", address.table);
    timeline.wait(limits::dynamodb_creation_pause);
  }
}

}  // namespace

Result<std::string> create_table(Link& link, const Address& address, Timeline& timeline) {
  const Reply created = ask(link, timeline, "CreateTable", creation(address));
  const bool existed =
      created.verdict == Verdict::refused && created.error.detail.starts_with("ResourceInUseException");
  if (created.verdict != Verdict::done && !existed) return trouble(address, created.error);
  if (existed) return check_table(link, address, timeline);
  if (auto active = wait_until_active(link, address, timeline); !active) return std::unexpected(active.error());
  std::string done = fmt::format("table {}: created\n", address.table);
  if (address.engine == Engine::dynalite) return done;

  const Reply expiry = ask(link, timeline, "UpdateTimeToLive",
                           {{"TableName", address.table},
                            {"TimeToLiveSpecification", {{"Enabled", true}, {"AttributeName", "ItemExpireTTL"}}}});
  if (expiry.verdict != Verdict::done) return trouble(address, expiry.error);
  return done + "expiry of previews: on\n";
}

Result<std::string> check_table(Link& link, const Address& address, Timeline& timeline) {
  const Reply reply = describe(link, address, timeline);
  if (reply.verdict != Verdict::done) return trouble(address, reply.error);
  const json::object table = described(reply);
  if (!keyed_by_counter_id(table)) {
    return fail("the table {} has another key: it must be counter_id (S, HASH) alone", address.table);
  }
  const std::string_view status = text_at(table, "TableStatus");
  if (status != "ACTIVE" && status != "UPDATING") return fail("the table {} is {}", address.table, status);
  return fmt::format("table {}: {}\nkey: counter_id\n", address.table, status);
}

}  // namespace vc::store::dynamodb
