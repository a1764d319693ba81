#include "simulation/table_world.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <utility>

#include "simulation/network.hpp"
#include "simulation/table.hpp"
#include "simulation/writer.hpp"
#include "support/history.hpp"

namespace vc::simulation {

using counter::Count;
using counter::Counter;
using counter::Outcome;

namespace {

constexpr unsigned faults_until = 4000;
constexpr std::size_t events_max = 100'000;
constexpr auto a_day = std::chrono::hours(25);  // and a bit: longer than the lifetime of a record

const Counter& counter_of(const Plan& plan) {
  static const Counter kept{*counter::CounterId::parse("kept")};
  static const Counter brief{*counter::CounterId::parse("brief"), std::chrono::days(1)};
  return plan.ttl_days == 0 ? kept : brief;
}

class TableWorld final {
 public:
  TableWorld(const Plan& plan, Tracing tracing) : plan_(plan), timeline_(~plan.seed, tracing) {}

  Report run() {
    prepare();
    for (std::size_t events = 0; !timeline_.empty(); ++events) {
      if (events == events_max) {
        find("it never comes to rest");
        break;
      }
      happen(timeline_.next());
    }
    judge();
    return {std::move(violations_), timeline_.take_trace()};
  }

 private:
  struct Life {
    std::unique_ptr<Writer> writer;
    unsigned batches_left;
  };
  struct PlainAddition {
    std::size_t era;
    history::Entry entry;
  };

  void prepare() {
    for (unsigned i = 0; i < plan_.writers; ++i) start(plan_.batches_each);
    for (const auto& [times, what] : {std::pair(plan_.kills, What::someone_kills_it),
                                      {plan_.days, What::a_day_passes},
                                      {plan_.deletions, What::record_is_deleted},
                                      {plan_.lost_counts, What::count_is_deleted},
                                      {plan_.plain_additions, What::original_adds}}) {
      for (unsigned i = 0; i < times; ++i) timeline_.schedule(1, faults_until, what);
    }
    timeline_.schedule(faults_until, faults_until, What::weather_clears);
  }

  void happen(const Event& event) {
    switch (event.what) {
      case What::question_reaches_table: return network_.arrive(event.index);
      case What::copy_reaches_table: return network_.arrive_again(event.index);
      case What::reply_reaches_writer: return deliver(event.index);
      case What::someone_kills_it: return kill(timeline_.dice().below(static_cast<unsigned>(lives_.size())));
      case What::a_day_passes:
        timeline_.tell("a day passes");
        today_ += a_day;
        return;
      case What::record_is_deleted: return remove();
      case What::count_is_deleted: timeline_.tell("the count is deleted"); return table_.remove_count();
      case What::original_adds: return add_plainly();
      case What::weather_clears: weather_ = Weather::fair; return;
      default: return happen_to_writer(event);
    }
  }

  void happen_to_writer(const Event& event) {
    Life& life = lives_.at(event.life);
    if (!life.writer->alive()) return;
    switch (event.what) {
      case What::batch_begins: return begin(life);
      case What::patience_ends:
        if (life.writer->awaits({.life = event.life, .number = event.index})) life.writer->lose_patience();
        return;
      case What::pause_ends: return life.writer->end_pause();
      default: std::unreachable();
    }
  }

  // --- processes

  void start(unsigned batches) {
    const auto life = static_cast<unsigned>(lives_.size());
    lives_.push_back({std::make_unique<Writer>(life, plan_, timeline_, network_), batches});
    timeline_.schedule(1, 500, What::batch_begins, life);
  }

  void begin(Life& life) {
    if (life.batches_left == 0) return;
    --life.batches_left;
    Dice& dice = timeline_.dice();
    Batch& batch = batches_.emplace_back();
    batch.index = static_cast<unsigned>(batches_.size() - 1);
    batch.kind = dice.chance(plan_.corrections) ? Change::Kind::set : Change::Kind::add;
    batch.amount = batch.kind == Change::Kind::set ? dice.below(100) : dice.between(1, 3);
    life.writer->begin(batch, counter_of(plan_),
                       today_ + std::chrono::milliseconds(timeline_.now()) + life.writer->skew());
  }

  void deliver(unsigned index) {
    const Question& question = network_.question(index);
    Writer& writer = *lives_.at(question.life).writer;
    if (writer.awaits(question)) writer.hear(network_.reply(index));
  }

  /// The supervisor starts the next process, with a slot and a clock of its own.
  void kill(unsigned index) {
    Life& life = lives_.at(index);
    if (!life.writer->alive()) return;
    timeline_.tell("writer {} is killed", index);
    life.writer->end();
    start(life.batches_left);
  }

  // --- the record

  /// The slots go with it, and so what keeps a copy from before from being applied: whoever deletes a record waits
  /// until the last copies have come to nothing. What writers still wait for stays under way.
  void remove() {
    timeline_.tell("the record is deleted");
    table_.remove();
    network_.clear([this](const Question& question) { return lives_.at(question.life).writer->awaits(question); });
  }

  void add_plainly() {
    const Count count = table_.add_plainly();
    timeline_.tell("the original program adds one, count {}", count);
    plain_additions_.push_back({table_.eras().size() - 1, {timeline_.now(), timeline_.now(), Outcome::counted, count}});
  }

  // --- the judgement

  void judge() {
    eras_.resize(table_.eras().size());
    for (const PlainAddition& addition : plain_additions_) eras_.at(addition.era).push_back(addition.entry);
    for (const Batch& batch : batches_) judge(batch);
    for (std::size_t i = 0; i < eras_.size(); ++i) {
      const Table::Era& era = table_.eras()[i];
      for (const std::string& violation : history::violations(eras_[i], {era.before, era.after})) {
        find(fmt::format("era {}: {}", i, violation));
      }
    }
  }

  /// What was applied of it against what its writer was told.
  void judge(const Batch& batch) {
    std::vector<Table::Application> applied;
    for (const Table::Application& application : table_.applications()) {
      if (application.batch == batch.index) applied.push_back(application);
    }
    const auto record = [&](const Table::Application& application) { return table_.eras()[application.era].record; };
    if (std::ranges::adjacent_find(applied, {}, record) != applied.end()) {
      find(fmt::format("batch {} was applied twice", batch.index));
    }
    if (!batch.told) find(fmt::format("batch {} was never answered", batch.index));
    if (batch.outcome == Outcome::not_counted && !applied.empty()) {
      find(fmt::format("batch {} was applied and its writer says not counted", batch.index));
    }
    const auto told = std::ranges::find_if(applied, [&](const Table::Application& application) {
      return batch.outcome == Outcome::counted && application.ended_at == batch.ended_at;
    });
    if (batch.outcome == Outcome::counted && told == applied.end()) {
      find(fmt::format("batch {} never ended at {}", batch.index, batch.ended_at));
    }
    if (batch.kind == Change::Kind::set) return;
    for (auto one = applied.begin(); one != applied.end(); ++one) {
      note(batch, *one, one == told ? Outcome::counted : Outcome::unknown);
    }
  }

  void note(const Batch& batch, const Table::Application& application, Outcome outcome) {
    for (Count i = 0; i < batch.amount; ++i) {
      eras_.at(application.era).push_back({batch.sent, batch.answered, outcome, application.ended_at - i});
    }
  }

  void find(std::string violation) { violations_.push_back(std::move(violation)); }

  const Plan& plan_;
  Timeline timeline_;
  Weather weather_ = Weather::faulty;
  Table table_{plan_};
  Network network_{plan_, timeline_, table_, weather_};
  WallTime today_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};
  std::vector<Life> lives_;
  std::deque<Batch> batches_;
  std::vector<PlainAddition> plain_additions_;
  std::vector<std::vector<history::Entry>> eras_;
  std::vector<std::string> violations_;
};

}  // namespace

Report run_around_table(const Plan& plan, Tracing tracing) { return TableWorld(plan, tracing).run(); }

}  // namespace vc::simulation
