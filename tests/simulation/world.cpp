#include "simulation/world.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include "simulation/server.hpp"
#include "simulation/table_world.hpp"
#include "support/history.hpp"

namespace vc::simulation {

using counter::Correction;
using counter::Count;
using counter::Outcome;
using counter::Read;
using counter::Visit;

namespace {

constexpr unsigned faults_until = 4000;
constexpr std::size_t events_max = 100'000;

class World final {
 public:
  World(const Plan& plan, Tracing tracing) : plan_(plan), timeline_(~plan.seed, tracing) {}

  Report run() {
    prepare();
    drain();
    end();
    judge();
    return {std::move(violations_), timeline_.take_trace()};
  }

 private:
  struct Life {
    Counts before;
    std::unique_ptr<Server> server;
  };

  void prepare() {
    timeline_.schedule(0, 0, What::process_starts);
    for (unsigned client = 0; client < plan_.clients; ++client)
      timeline_.schedule(1, 500, What::client_sends, 0, client);
    unsent_.assign(plan_.clients, plan_.requests_each);
    for (const auto& [times, what] : {std::pair(plan_.stops, What::someone_stops_it),
                                      {plan_.kills, What::someone_kills_it},
                                      {plan_.power_cuts, What::power_fails},
                                      {plan_.rivals, What::process_starts}}) {
      for (unsigned i = 0; i < times; ++i) timeline_.schedule(1, faults_until, what);
    }
    timeline_.schedule(faults_until, faults_until, What::weather_clears);
  }

  /// Until nothing is left that could happen.
  void drain() {
    for (std::size_t events = 0; !timeline_.empty(); ++events) {
      if (events == events_max) return find("it never comes to rest");
      happen(timeline_.next());
    }
  }

  /// A last stop and a last start, and then the power goes: what was acknowledged must be on the disk.
  void end() {
    stop(someone_alive());
    drain();
    disk_.cut_power(timeline_.dice());
    lives_.push_back({disk_.seen(), nullptr});
  }

  void happen(const Event& event) {
    switch (event.what) {
      case What::client_sends: return send(event.index);
      case What::answer_arrives: return tell(requests_.at(event.index));
      case What::client_gives_up: return give_up(requests_.at(event.index));
      case What::process_starts: return start();
      case What::someone_stops_it: return stop(someone_alive());
      case What::someone_kills_it: return kill(someone_alive(), "is killed");
      case What::power_fails: return fail_power();
      case What::weather_clears: weather_ = Weather::fair; return;
      default: return happen_in_process(event);
    }
  }

  void happen_in_process(const Event& event) {
    Server* server = lives_.at(event.life).server.get();
    if (!server->alive()) return;
    switch (event.what) {
      case What::request_arrives: server->arrive(requests_.at(event.index)); break;
      case What::turn_ends: server->end_turn(event.index); break;
      case What::store_performs: server->perform(); break;
      case What::store_completes: server->complete(); break;
      case What::answers_wait: server->deliver(event.index); break;
      case What::process_stops: stop(server); break;
      default: std::unreachable();
    }
    if (server->died_in_commit()) kill(server, "dies in a commit");
    exit_if_done(server);
  }

  // --- processes

  void start() {
    if (someone_alive() != nullptr && !plan_.planted(Bug::has_two_owners)) {
      return timeline_.tell("a second process finds the store owned, and ends");
    }
    if (!plan_.planted(Bug::trusts_the_page_cache)) disk_.recover();
    const auto life = static_cast<unsigned>(lives_.size());
    lives_.push_back({disk_.seen(), std::make_unique<Server>(life, plan_, timeline_, disk_, weather_)});
    timeline_.tell("process {} starts at {} and {}", life, disk_.seen()[main_counter], disk_.seen()[other_counter]);
  }

  Server* someone_alive() {
    std::vector<Server*> alive;
    for (const Life& life : lives_) {
      if (life.server != nullptr && life.server->alive()) alive.push_back(life.server.get());
    }
    return alive.empty() ? nullptr : alive[timeline_.dice().below(static_cast<unsigned>(alive.size()))];
  }

  void stop(Server* server) {
    if (server == nullptr || !server->accepts()) return;
    timeline_.tell("process {} is asked to stop", life_of(*server));
    server->stop();
    exit_if_done(server);
  }

  void exit_if_done(Server* server) {
    if (!server->alive() || !server->wants_to_exit()) return;
    if (server->unanswered() > 0) {
      find(fmt::format("process {} stopped with {} requests unanswered", life_of(*server), server->unanswered()));
    }
    kill(server, "exits");
  }

  /// Whoever has no answer yet sees the end of the connection. The supervisor starts the next process.
  void kill(Server* server, const char* how) {
    if (server == nullptr || !server->alive()) return;
    const unsigned life = life_of(*server);
    timeline_.tell("process {} {}", life, how);
    server->end();
    for (Request& request : requests_) {
      if (request.life == life && request.answers == 0) give_up(request);
    }
    timeline_.schedule(10, 300, What::process_starts);
  }

  void fail_power() {
    timeline_.tell("the power fails");
    for (const Life& life : lives_) kill(life.server.get(), "is gone");
    disk_.cut_power(timeline_.dice());
  }

  unsigned life_of(const Server& server) const {
    const auto is_it = [&](const Life& life) { return life.server.get() == &server; };
    return static_cast<unsigned>(std::ranges::find_if(lives_, is_it) - lives_.begin());
  }

  // --- clients

  void send(unsigned client) {
    Server* server = someone_alive();
    if (server == nullptr || !server->accepts()) return timeline_.schedule(10, 200, What::client_sends, 0, client);
    --unsent_[client];
    Request& request = requests_.emplace_back(make(client));
    request.life = life_of(*server);
    timeline_.tell("client {} sends request {} to process {}", client, request.index, request.life);
    timeline_.schedule(1, 40, What::request_arrives, request.life, request.index);
    if (timeline_.dice().chance(plan_.impatience)) timeline_.schedule(1, 200, What::client_gives_up, 0, request.index);
  }

  Request make(unsigned client) {
    Dice& dice = timeline_.dice();
    Request request{.job = Visit(counter_at(main_counter)),
                    .index = static_cast<unsigned>(requests_.size()),
                    .client = client,
                    .sent = timeline_.now()};
    if (dice.chance(plan_.other_counter)) {
      request.counter = other_counter;
      request.job = Visit(counter_at(other_counter));
    } else if (dice.chance(plan_.reads)) {
      request.job = Read(counter_at(main_counter));
      request.largest_known = largest_known_;
    } else if (dice.chance(plan_.corrections)) {
      request.job = Correction(counter_at(corrected_counter), dice.below(100));
    }
    return request;
  }

  void tell(Request& request) {
    if (std::exchange(request.told, true)) return;
    if (const auto* visit = std::get_if<Visit>(&request.job)) note(request, visit->outcome, visit->number);
    if (const auto* read = std::get_if<Read>(&request.job)) check(request, *read);
    if (const auto* correction = std::get_if<Correction>(&request.job)) check(request, *correction);
    go_on(request.client);
  }

  void give_up(Request& request) {
    if (std::exchange(request.told, true)) return;
    if (std::holds_alternative<Visit>(request.job)) note(request, Outcome::unknown, 0);
    go_on(request.client);
  }

  void go_on(unsigned client) {
    if (unsent_[client] > 0) timeline_.schedule(1, 100, What::client_sends, 0, client);
  }

  void note(const Request& request, Outcome outcome, Count number) {
    if (outcome == Outcome::counted) timeline_.tell("request {} is number {}", request.index, number);
    if (outcome == Outcome::not_counted) timeline_.tell("request {} is not counted", request.index);
    if (outcome == Outcome::unknown) timeline_.tell("request {} is unknown", request.index);
    seen_.push_back({request.life, request.counter, {request.sent, timeline_.now(), outcome, number}});
    if (outcome == Outcome::counted && request.counter == main_counter) {
      largest_known_ = std::max(largest_known_, number);
    }
  }

  void check(const Request& request, const Read& read) {
    if (!read.result || !*read.result || (**read.result).visit_count >= request.largest_known) return;
    find(fmt::format("request {} read {} after {} was known", request.index, (**read.result).visit_count,
                     request.largest_known));
  }

  void check(const Request& request, const Correction& correction) {
    if (!correction.result || correction.result->visit_count == correction.count) return;
    find(fmt::format("request {} set {} and got {}", request.index, correction.count, correction.result->visit_count));
  }

  // --- the judgement

  void judge() {
    for (const Life& life : lives_) {
      if (life.server != nullptr)
        for (const std::string& violation : life.server->violations()) find(violation);
    }
    for (const Request& request : requests_) {
      if (!request.told) find(fmt::format("request {} was never answered", request.index));
    }
    for (const unsigned counter : {main_counter, other_counter}) {
      check_history(counter, 0, lives_.size() - 1);
      for (std::size_t life = 0; life + 1 < lives_.size(); ++life) check_history(counter, life, life + 1);
      check_order_of_arrival(counter);
    }
  }

  /// What clients saw of the processes from one life up to another.
  void check_history(unsigned counter, std::size_t from, std::size_t to) {
    std::vector<history::Entry> entries;
    for (const Seen& seen : seen_) {
      if (seen.counter == counter && seen.life >= from && seen.life < to) entries.push_back(seen.entry);
    }
    for (const std::string& violation :
         history::violations(entries, {lives_[from].before[counter], lives_[to].before[counter]})) {
      find(fmt::format("counter {}, processes {} to {}: {}", counter, from, to - 1, violation));
    }
  }

  /// Stricter than the order of real time: within a process, numbers are in the order of handing in.
  void check_order_of_arrival(unsigned counter) {
    std::vector<std::pair<std::pair<unsigned, std::uint64_t>, Count>> numbers;
    for (const Request& request : requests_) {
      const auto* visit = std::get_if<Visit>(&request.job);
      if (visit == nullptr || request.counter != counter || request.answers == 0) continue;
      if (visit->outcome == Outcome::counted) numbers.push_back({{request.life, request.submitted}, visit->number});
    }
    std::ranges::sort(numbers);
    for (std::size_t i = 1; i < numbers.size(); ++i) {
      if (numbers[i - 1].second < numbers[i].second) continue;
      find(fmt::format("number {} went to who came before the one that got {}", numbers[i - 1].second,
                       numbers[i].second));
    }
  }

  void find(std::string violation) { violations_.push_back(std::move(violation)); }

  struct Seen {
    unsigned life;
    unsigned counter;
    history::Entry entry;
  };

  const Plan& plan_;
  Timeline timeline_;
  Disk disk_;
  Weather weather_ = Weather::faulty;
  std::vector<Life> lives_;
  std::deque<Request> requests_;
  std::vector<unsigned> unsent_;  // of each client
  std::vector<Seen> seen_;
  Count largest_known_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace

Report run(const Plan& plan, Tracing tracing) {
  return plan.store == Store::table ? run_around_table(plan, tracing) : World(plan, tracing).run();
}

}  // namespace vc::simulation
