#include "support/fake_dynamodb.hpp"

#include <fmt/format.h>
#include <boost/crc.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/check.hpp"
#include "limits.hpp"
#include "store/dynamodb/sequence.hpp"

namespace vc::tests {
namespace {

namespace json = boost::json;
using store::dynamodb::parse_sequence;
using store::dynamodb::Sequence;

/// Words and marks of an expression: `attribute_exists ( visit_count ) AND s1 < :q`.
std::vector<std::string> tokens(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const bool mark = std::string_view("(),").find(c) != std::string_view::npos;
    if (mark || c == ' ') {
      if (!words.back().empty()) words.emplace_back();
      if (mark) words.back() = c;
      if (mark) words.emplace_back();
    } else {
      words.back().push_back(c);
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// Numbers of ours: whole, not negative, up to 38 digits.
std::optional<Sequence> number_in(const json::value* attribute) {
  const json::object* object = attribute != nullptr ? attribute->if_object() : nullptr;
  const json::value* digits = object != nullptr ? object->if_contains("N") : nullptr;
  return digits != nullptr && digits->is_string() ? parse_sequence(digits->get_string()) : std::nullopt;
}

json::value plus(const json::value* left, const json::value* right) {
  const auto sum = number_in(left).value_or(Sequence{}).random + number_in(right).value().random;
  return {{"N", std::to_string(sum)}};
}

/// One expression over one item.
class Evaluation final {
 public:
  Evaluation(json::object& item, const json::object& values, std::string_view expression)
      : item_(item), values_(values), tokens_(tokens(expression)) {}

  /// AND binds closer than OR.
  bool condition() {
    bool holds = conjunction();
    while (next_is("OR")) {
      take();
      const bool other = conjunction();
      holds = holds || other;
    }
    return holds;
  }

  void update() {
    const json::object before = item_;
    std::string clause;
    while (!done()) {
      if (next_is("SET") || next_is("REMOVE") || next_is("ADD")) clause = take();
      if (next_is(",")) take();
      const std::string attribute = take();
      if (clause == "REMOVE") item_.erase(attribute);
      if (clause == "ADD") item_[attribute] = plus(before.if_contains(attribute), value(take()));
      if (clause == "SET") set(attribute, before);
    }
  }

 private:
  bool done() const { return at_ == tokens_.size(); }
  bool next_is(std::string_view word) const { return !done() && tokens_[at_] == word; }
  std::string take() {
    check(!done(), "the expression is complete");
    return tokens_[at_++];
  }
  void expect(std::string_view word) { check(take() == word, "the expression is one of ours"); }
  const json::value* value(const std::string& name) const { return &values_.at(name); }

  void set(const std::string& attribute, const json::object& before) {
    expect("=");
    const std::string left = take();
    if (!next_is("+")) {
      item_[attribute] = *value(left);
      return;
    }
    take();
    item_[attribute] = plus(before.if_contains(left), value(take()));
  }

  bool conjunction() {
    bool holds = term();
    while (next_is("AND")) {
      take();
      const bool other = term();
      holds = holds && other;
    }
    return holds;
  }

  bool term() {
    const std::string word = take();
    if (word == "(") {
      const bool holds = condition();
      expect(")");
      return holds;
    }
    if (word.starts_with("attribute_")) {
      expect("(");
      const bool exists = item_.contains(take());
      expect(")");
      return exists == (word == "attribute_exists");
    }
    return comparison(number_in(item_.if_contains(word)));
  }

  bool comparison(const std::optional<Sequence>& left) {
    const std::string how = take();
    const auto right = number_in(value(take()));
    bool holds = false;
    if (how == "=") holds = left == right;
    if (how == "<") holds = left < right;
    if (how == "<=") holds = left <= right;
    if (how == ">") holds = left > right;
    if (how == "BETWEEN") {
      expect("AND");
      holds = right <= left && left <= number_in(value(take()));
    }
    return left && holds;
  }

  json::object& item_;
  const json::object& values_;
  const std::vector<std::string> tokens_;
  std::size_t at_ = 0;
};

aws::HttpResponse respond(int status, const json::object& body) {
  aws::HttpResponse response{status, {}, json::serialize(body)};
  boost::crc_32_type crc;
  crc.process_bytes(response.body.data(), response.body.size());
  response.headers.push_back({"x-amz-crc32", std::to_string(crc.checksum())});
  return response;
}

std::string_view operation(const aws::HttpRequest& request) {
  const auto found = std::ranges::find(request.headers, "X-Amz-Target", &aws::Header::name);
  check(found != request.headers.end(), "a request names its operation");
  const std::string_view target = found->value;
  return target.substr(target.find('.') + 1);
}

std::string id_of(const json::value& key) { return std::string(key.at("counter_id").at("S").as_string()); }

/// Of a table that is ordered by its keys.
aws::HttpResponse scan(const json::object& body, const std::map<std::string, json::object>& items) {
  const json::value* after = body.if_contains("ExclusiveStartKey");
  auto item = after != nullptr ? items.upper_bound(id_of(*after)) : items.begin();
  json::array page;
  for (; item != items.end() && page.size() < body.at("Limit").to_number<std::size_t>(); ++item) {
    page.push_back(item->second);
  }
  json::object answer{{"Items", page}};
  if (item != items.end()) answer["LastEvaluatedKey"] = {{"counter_id", page.back().at("counter_id")}};
  return respond(200, answer);
}

}  // namespace

aws::HttpResponse dynamodb_error(int status, std::string_view code) {
  return respond(status, {{"__type", fmt::format("com.amazonaws.dynamodb.v20120810#{}", code)}, {"message", "no"}});
}

aws::HttpResponse FakeTable::ask(const aws::HttpRequest& request) {
  const json::value parsed = json::parse(request.body);
  const json::object& body = parsed.as_object();
  const std::lock_guard lock(mutex_);
  if (operation(request) == "Scan") return scan(body, items_);
  const std::string id = id_of(body.at("Key"));
  const auto found = items_.find(id);
  if (operation(request) == "GetItem") {
    if (found == items_.end()) return respond(200, {});
    return respond(200, {{"Item", found->second}});
  }
  check(operation(request) == "UpdateItem", "the store updates, gets and scans");
  json::object item = found != items_.end() ? found->second : json::object{{"counter_id", {{"S", id}}}};
  const json::object& values = body.at("ExpressionAttributeValues").as_object();
  json::object before = found != items_.end() ? item : json::object{};
  const json::value* condition = body.if_contains("ConditionExpression");
  if (condition != nullptr && !Evaluation(before, values, condition->as_string()).condition()) {
    json::object failed{{"__type", "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"},
                        {"message", "The conditional request failed"}};
    if (shows_item_ == ShowsItem::yes && found != items_.end()) failed["Item"] = item;
    return respond(400, failed);
  }
  Evaluation(item, values, body.at("UpdateExpression").as_string()).update();
  items_[id] = item;
  return respond(200, {{"Attributes", item}});
}

void FakeTable::put(const std::string& id, json::object attributes) {
  const std::lock_guard lock(mutex_);
  items_[id] = std::move(attributes);
}

void FakeTable::erase(const std::string& id) {
  const std::lock_guard lock(mutex_);
  items_.erase(id);
}

json::object FakeTable::item(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = items_.find(id);
  return found != items_.end() ? found->second : json::object{};
}

std::string FakeTable::number(const std::string& id, std::string_view attribute) const {
  const json::object found = item(id);
  const json::value* value = found.if_contains(attribute);
  return value != nullptr ? std::string(value->at("N").as_string()) : std::string();
}

bool FakeNetwork::happens(double probability) { return std::bernoulli_distribution(probability)(dice_); }

void FakeNetwork::deliver_late_copies() {
  std::erase_if(late_, [&](auto& copy) {
    if (--copy.first > 0) return false;
    table_.ask(copy.second);
    return true;
  });
}

void FakeNetwork::wait_until(aws::SteadyTime time) {
  timeline_.wait(std::chrono::ceil<std::chrono::milliseconds>(time - timeline_.now()));
}

aws::HttpResult FakeNetwork::send(const aws::HttpRequest& request, aws::SteadyTime deadline) {
  const auto lost = [](std::string_view why) {
    return std::unexpected(aws::HttpFailure{aws::Sent::perhaps, aws::HttpTrouble::connection, std::string(why)});
  };
  ++requests_;
  last_ = request;
  deliver_late_copies();
  if (!answers.empty()) {
    aws::HttpResponse response = std::move(answers.front());
    answers.erase(answers.begin());
    return response;
  }
  if (happens(faults_.unreachable)) {
    return std::unexpected(aws::HttpFailure{aws::Sent::nothing, aws::HttpTrouble::connection, "refused"});
  }
  if (happens(faults_.black_hole)) {
    wait_until(std::min(deadline, timeline_.now() + limits::aws_connect_deadline));
    return std::unexpected(aws::HttpFailure{aws::Sent::nothing, aws::HttpTrouble::timeout, "cannot connect"});
  }
  bytes_sent_ += static_cast<int>(request.body.size());
  if (happens(faults_.throttled)) return dynamodb_error(400, "ThrottlingException");
  if (happens(faults_.error_before)) return dynamodb_error(500, "InternalServerError");
  if (happens(faults_.late_copy)) late_.emplace_back(std::uniform_int_distribution(1, 50)(dice_), request);
  if (happens(faults_.lost_request)) return lost("the request was lost");

  aws::HttpResponse response = table_.ask(request);
  if (happens(faults_.lost_reply)) return lost("the reply was lost");
  if (happens(faults_.error_after)) return dynamodb_error(500, "InternalServerError");
  if (happens(faults_.wrong_checksum)) response.body.push_back(' ');
  if (happens(faults_.no_json)) return aws::HttpResponse{200, {}, "<html>"};
  if (happens(faults_.slow_reply)) {
    wait_until(deadline);
    return std::unexpected(aws::HttpFailure{aws::Sent::perhaps, aws::HttpTrouble::timeout, "slow"});
  }
  return response;
}

}  // namespace vc::tests
