#include "store/dynamodb/requests.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <string_view>

#include "base/time_text.hpp"
#include "limits.hpp"

namespace vc::store::dynamodb {
namespace {

namespace json = boost::json;

json::object text(std::string_view value) { return {{"S", value}}; }
json::object number(std::string_view digits) { return {{"N", digits}}; }
json::object number(std::int64_t value) { return number(std::to_string(value)); }
json::object number(std::uint64_t value) { return number(std::to_string(value)); }

json::object request_for(const std::string& table, const counter::Counter& counter) {
  return {{"TableName", table}, {"Key", {{"counter_id", text(counter.id.text())}}}};
}

/// Expressions and the values they name, as they gather.
struct Update {
  std::string set;
  std::string remove;
  std::string add;
  std::string condition;
  json::object values;

  void require(std::string_view term) { condition.append(condition.empty() ? "" : " AND ").append(term); }
  std::string expression() const { return "SET " + set + remove + add; }
};

void change_live(Update& update, const Change& change, std::string_view slot) {
  if (change.kind == Change::Kind::set) {
    update.set = fmt::format("visit_count = :n, a{} = :n", slot);
    update.require("attribute_exists(visit_count)");
    if (change.expected) {
      update.require("visit_count = :x");
      update.values[":x"] = number(*change.expected);
    }
  } else {
    update.set = fmt::format("a{} = visit_count + :n", slot);
    update.add = " ADD visit_count :n";
    update.require("visit_count BETWEEN :zero AND :room");  // and so it is there
    update.values[":zero"] = number(std::uint64_t{0});
    update.values[":room"] = number(limits::count_max - change.amount);
  }
  if (change.counter->ttl.count() != 0) update.require("(attribute_not_exists(ItemExpireTTL) OR ItemExpireTTL > :now)");
}

void change_absent(Update& update, const Change& change, std::string_view slot) {
  update.set = fmt::format("visit_count = :n, a{} = :n, created_date = :t", slot);
  update.require(change.counter->ttl.count() == 0 ? "attribute_not_exists(visit_count)"
                                                  : "(attribute_not_exists(visit_count) OR ItemExpireTTL <= :now)");
}

void set_expiry(Update& update, const Change& change) {
  const auto expires = expiry(*change.counter, change.now);
  if (!expires) {
    update.remove = " REMOVE ItemExpireTTL";
    return;
  }
  update.set.append(", ItemExpireTTL = :e");
  update.values[":e"] = number(std::int64_t{expires->time_since_epoch().count()});
  const auto now = std::chrono::floor<std::chrono::seconds>(change.now);
  update.values[":now"] = number(std::int64_t{now.time_since_epoch().count()});
}

}  // namespace

std::string update(const std::string& table, const Change& change, Form form, int slot, const Sequence& sequence) {
  const std::string slot_text = std::to_string(slot);
  Update update;
  form == Form::live ? change_live(update, change, slot_text) : change_absent(update, change, slot_text);
  // AND binds closer than OR. With parentheses instead, dynalite's parser takes three times as long over the request.
  update.condition = fmt::format("{0} AND attribute_not_exists(s{1}) OR {0} AND s{1} < :q", update.condition, slot);
  update.set.append(fmt::format(", s{} = :q, last_updated = :t", slot));
  update.values[":n"] = number(change.amount);
  update.values[":q"] = number(dynamodb::text(sequence));
  update.values[":t"] = text(view(rfc3339(change.now)));
  set_expiry(update, change);

  json::object request = request_for(table, *change.counter);
  request["UpdateExpression"] = update.expression();
  request["ConditionExpression"] = update.condition;
  request["ExpressionAttributeValues"] = std::move(update.values);
  request["ReturnValues"] = "ALL_NEW";
  request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD";
  return json::serialize(request);
}

std::string get(const std::string& table, const counter::Counter& counter) {
  json::object request = request_for(table, counter);
  request["ConsistentRead"] = true;
  return json::serialize(request);
}

std::string scan(const std::string& table, const std::string& after) {
  json::object request{{"TableName", table},
                       {"ConsistentRead", true},
                       {"Limit", limits::dynamodb_page_items},
                       {"ProjectionExpression", "counter_id, visit_count, created_date, last_updated, ItemExpireTTL"}};
  if (!after.empty()) request["ExclusiveStartKey"] = {{"counter_id", text(after)}};
  return json::serialize(request);
}

}  // namespace vc::store::dynamodb
