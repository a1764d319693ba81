// The answer of a table, to the store that asked.
//
// Input: a byte that says how it comes (below), and the body. Beliefs: it is taken for nothing or for one of the
// meanings that a reply has; whatever it says, what the store calls counted is in the table, and what it calls not
// counted is not.

#include <array>
#include <memory>
#include <string>

#include "fuzz/fuzzing.hpp"
#include "limits.hpp"
#include "store/dynamodb/store.hpp"
#include "support/fake_dynamodb.hpp"

namespace vc::fuzz {
namespace {

using counter::Addition;
using counter::Outcome;
using store::DynamoDbStore;
using store::dynamodb::Engine;
using store::dynamodb::Verdict;

constexpr WallTime noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12);
constexpr std::array statuses{200, 200, 200, 400, 400, 403, 500, 302};

/// The first byte: three bits of status, one for a wrong checksum, one for an engine whose items are asked for.
struct Form {
  explicit Form(std::uint8_t byte)
      : status(statuses.at(byte & 7U)),
        wrong_checksum((byte & 8U) != 0),
        engine((byte & 16U) != 0 ? Engine::dynalite : Engine::dynamodb) {}
  int status;
  bool wrong_checksum;
  Engine engine;
};

void check_meaning(const aws::HttpResponse& response) {
  const auto reply = store::dynamodb::read_reply(response);
  if (reply.verdict == Verdict::done) {
    check(response.status == 200, "only a 200 is done");
  } else if (reply.verdict != Verdict::condition_failed) {
    check(is_one_line(reply.error.detail), "a failure is told in one line");
    check(reply.body.empty(), "of a failure nothing else is kept");
  }
}

/// A store that is answered with this once: when it asks for an item, or else the first time.
class Asker final {
 public:
  Asker(Engine engine, const aws::HttpResponse& response) : table_(shows_item(engine)) {
    auto network = std::make_unique<tests::FakeNetwork>(table_, *timeline_, 1);
    network_ = network.get();
    const Environment environment{{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "secret"}};
    store_ = std::make_unique<DynamoDbStore>(
        DynamoDbStore::Options{.table = "visits", .engine = engine},
        store::dynamodb::Link(std::move(network), {.host = "localhost", .region = "local"},
                              aws::CredentialChain(environment), clock_),
        timeline_, Random(1));
    network_->answers = {response};
  }

  void check_read() {
    const auto record = store_->read(counter_, noon);
    if (!record) return check(is_one_line(record.error().detail), "a failed read is told in one line");
    check(!*record || (*record)->visit_count <= limits::count_max, "a count is within its limit");
  }

  void check_visit(Engine engine) {
    auto& answers = network_->answers;
    if (engine == Engine::dynalite) {
      answers.insert(answers.begin(), tests::dynamodb_error(400, "ConditionalCheckFailedException"));
    }
    std::array batch{Addition{.counter = &counter_, .visits = 3}};
    store_->add(batch, noon);
    const std::string stored = table_.number(counter_.id.text(), "visit_count");
    if (batch[0].outcome == Outcome::counted) check(batch[0].count_after == 3 && stored == "3", "it is counted once");
    if (batch[0].outcome == Outcome::not_counted) check(stored.empty(), "it is not counted");
  }

 private:
  static tests::FakeTable::ShowsItem shows_item(Engine engine) {
    return engine == Engine::dynamodb ? tests::FakeTable::ShowsItem::yes : tests::FakeTable::ShowsItem::no;
  }

  const counter::Counter counter_{*counter::CounterId::parse("main_counter")};
  SteppedClock clock_{noon};
  std::shared_ptr<tests::SteppedTimeline> timeline_ = std::make_shared<tests::SteppedTimeline>();
  tests::FakeTable table_;
  tests::FakeNetwork* network_ = nullptr;
  std::unique_ptr<DynamoDbStore> store_;
};

}  // namespace
}  // namespace vc::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vc;
  std::string_view input = fuzz::text_of(data, size);
  const fuzz::Form form(fuzz::take_byte(input));
  aws::HttpResponse response{form.status, {}, std::string(input)};
  if (form.wrong_checksum) response.headers.push_back({"x-amz-crc32", "no"});
  fuzz::check_meaning(response);
  fuzz::Asker(form.engine, response).check_read();
  fuzz::Asker(form.engine, response).check_visit(form.engine);
  return 0;
}
