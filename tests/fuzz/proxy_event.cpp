// An event of API Gateway from its JSON to the response's.
//
// Input: the event. Beliefs: it is refused with one line and counts nothing, or it has a path and a method that stand
// in it; only GET /counter counts, and once; no header carries a second one; the response is one that API Gateway
// passes on.

#include <boost/json.hpp>

#include <string>

#include "function/direct.hpp"
#include "fuzz/fuzzing.hpp"
#include "lambda/event.hpp"
#include "store/memory/store.hpp"

namespace vc::fuzz {
namespace {

namespace json = boost::json;
using counter::CounterId;

const function::Function& the_function() {
  static const function::Function instance({.counter = {*CounterId::parse("main_counter")},
                                            .preview_counter = {*CounterId::parse("main_counter.preview.blue")},
                                            .cors = *function::Cors::parse("https://www.dzresume.dev"),
                                            .version = "1.2.0+g0123456789ab"});
  return instance;
}

json::value parse(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse({text.data(), text.size()}, error);
  return error ? json::value(nullptr) : value;
}

std::string text_at(const json::value& value, json::string_view key) {
  const json::object* object = value.if_object();
  const json::value* text = object != nullptr ? object->if_contains(key) : nullptr;
  return text != nullptr && text->is_string() ? std::string(std::string_view(text->get_string())) : "";
}

void check_fields(std::string_view fields) {
  while (!fields.empty()) {
    const auto end = fields.find("\r\n");
    check(end != std::string_view::npos, "a header's line has an end");
    const std::string_view line = fields.substr(0, end);
    check(!line.starts_with(": ") && line.contains(": "), "a header has a name");
    check(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos, "a header is one line");
    fields.remove_prefix(end + 2);
  }
}

void check_event(const lambda::Event& event, const json::value& sent) {
  const std::string path = text_at(sent, "path");
  const std::string resource = text_at(sent, "resource");
  check(!event.method.empty() && event.method == text_at(sent, "httpMethod"), "an event has the method it says");
  check(!event.path.empty(), "an event has a path");
  check(event.path == path || (event.path == resource && path.ends_with(resource)), "an event has the path it says");
  check_fields(event.fields);
}

void check_response(const std::string& text, int status) {
  const json::value response = parse(text);
  check(response.is_object() && response.get_object().size() == 4, "a response has the keys that are known");
  check(response.at("statusCode") == status && response.at("isBase64Encoded") == false, "a response has its status");
  check(response.at("body").is_string(), "a body is text");
  for (const auto& [name, value] : response.at("headers").as_object()) check(value.is_string(), "a header is text");
}

counter::Count total(store::MemoryStore& store) {
  counter::Count sum = 0;
  for (const char* id : {"main_counter", "main_counter.preview.blue"}) {
    const auto record = store.read({*CounterId::parse(id)}, WallTime{});
    if (*record) sum += (*record)->visit_count;
  }
  return sum;
}

void answer(const lambda::Event& event) {
  store::MemoryStore store;
  const auto traffic = lambda::traffic_of(event, "api.dzresume.dev");
  const auto plan = the_function().plan(event.request(), traffic);
  const auto answer = function::answer(the_function(), plan, store, WallTime{}, "id");
  check_response(lambda::to_json(answer.response), answer.response.status);
  const bool visit = event.method == "GET" && event.path == "/counter";
  check(total(store) == (visit ? 1U : 0U), "only GET /counter counts, and once");
  check(!visit || answer.response.status == 200, "a visit is answered");
}

}  // namespace
}  // namespace vc::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vc;
  const std::string_view text = fuzz::text_of(data, size);
  const auto event = lambda::parse_event(text);
  const auto sent = fuzz::parse(text);
  if (!event) {
    check(fuzz::is_one_line(event.error().message), "an event is refused with one line");
    const auto error = fuzz::parse(lambda::error_json(lambda::invalid_event, event.error().message));
    check(fuzz::text_at(error, "errorMessage") == event.error().message, "an error says what is wrong");
    return 0;
  }
  fuzz::check_event(*event, sent);
  fuzz::answer(*event);
  return 0;
}
