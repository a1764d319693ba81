#include "app/commands/releases.hpp"

#include <boost/json.hpp>

#include <cstdio>

#include "app/stores.hpp"
#include "limits.hpp"
#include "release/channel.hpp"

namespace vc::app {
namespace {

namespace json = boost::json;

using release::Channel;
using release::Says;

Result<Channel> connect(const Config& config) {
  const auto file = store_file(config.store);
  if (!file) {
    return fail("the store is {}; one in an SQLite file has an owner, others may have many servers",
                text(config.store));
  }
  auto owner = release::connect_control(release::control_directory(*file));
  if (!owner) return std::unexpected(owner.error());
  if (!*owner) return fail("no server runs on {}; `serve` starts one", text(config.store));
  return std::move(**owner);
}

std::string word(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return "unknown";
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::string line(const json::object& process, std::string_view what) {
  std::string text = fmt::format("{:<8}{:<8}{}, process {}, since {}", word(process, "stage"), what,
                                 word(process, "version"), word(process, "pid"), word(process, "since"));
  if (process.contains("count")) text += fmt::format(", count {}", word(process, "count"));
  return text + "\n";
}

/// Requires: what an owner has sent.
json::object parse(const std::string& status) {
  boost::system::error_code error;
  const json::value value = json::parse(status, error);
  return value.is_object() ? value.get_object() : json::object();
}

const json::object* member(const json::object& status, std::string_view key) {
  const json::value* value = status.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

}  // namespace

// An owner that hands over just then hangs up: its successor is asked.
Result<std::string> release_status(const Config& config) {
  Result<release::Received> answer = fail("nobody was asked");
  for (int attempt = 0; attempt < 2 && !answer; ++attempt) {
    const auto owner = connect(config);
    if (!owner) return std::unexpected(owner.error());
    const auto asked = owner->send(release::message(Says::status));
    if (asked) {
      answer = owner->receive_within(limits::ops_answer_deadline);
    } else {
      answer = std::unexpected(asked.error());
    }
  }
  if (!answer) return std::unexpected(answer.error());
  if (answer->message.says != Says::status) return fail("{}", answer->message.text);
  return answer->message.text;
}

std::string as_text(const std::string& status) {
  const json::object object = parse(status);
  std::string text;
  if (const auto* live = member(object, "live")) text += line(*live, "live");
  const auto* standby = member(object, "standby");
  return text + (standby != nullptr ? line(*standby, "standby") : "no standby\n");
}

Result<std::string> hand_over_question(const std::string& status) {
  const json::object object = parse(status);
  const auto* live = member(object, "live");
  const auto* standby = member(object, "standby");
  if (live == nullptr || standby == nullptr) {
    return fail("there is no standby; start one: visitor-counter serve --stage NAME");
  }
  return fmt::format("{} {} serves. Hand over to {} {}? [y/N] ", word(*live, "stage"), word(*live, "version"),
                     word(*standby, "stage"), word(*standby, "version"));
}

Result<std::string> hand_over(const Config& config, const HandOver& wish) {
  const auto owner = connect(config);
  if (!owner) return std::unexpected(owner.error());
  const auto message = release::message(wish.stage.empty() ? Says::rollback : Says::promote, wish.stage,
                                        static_cast<std::uint64_t>(wish.watch.count()));
  if (auto sent = owner->send(message); !sent) return std::unexpected(sent.error());
  for (;;) {
    const auto said = owner->receive_within(limits::prove_deadline + limits::hand_over_deadline +
                                            limits::prove_deadline + wish.watch);
    if (!said) return std::unexpected(said.error());
    if (said->message.says == Says::done) return said->message.text + "\n";
    if (said->message.says != Says::progress) return fail("{}", said->message.text);
    fmt::print(stderr, "{}\n", said->message.text);
  }
}

}  // namespace vc::app
