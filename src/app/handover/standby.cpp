#include "app/handover/standby.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

#include "app/handover/owner.hpp"
#include "app/handover/take.hpp"
#include "app/handover/trial.hpp"
#include "limits.hpp"
#include "release/ear.hpp"
#include "store/memory/store.hpp"

namespace vc::app {
namespace {

namespace asio = boost::asio;

using namespace std::chrono_literals;

using http::Awaitable;
using release::Giver;
using release::Message;
using release::Says;
using release::Taker;

/// What happens to a standby between its requests. Thread: the service's loop's.
class Vigil final {
 public:
  Vigil(House& house, Service& service)
      : house_(house), service_(service), timer_(service.loop().executor()), patience_(service.loop().executor()) {}

  void start() {
    service_.at_end([this] {
      ended_ = true;
      timer_.cancel();
      patience_.cancel();
      if (ear_) ear_->close();
    });
    spawn(house_.partner ? hear() : search());
    if (house_.giving) spawn(watch());
  }

  Next next() const { return next_; }

 private:
  void spawn(Awaitable<void> life) { asio::co_spawn(service_.loop().executor(), std::move(life), asio::detached); }

  void leave(Next next) {
    next_ = next;
    service_.part();
  }

  Awaitable<void> hear() {
    while (house_.partner && !ended_) {
      ear_.emplace(service_.loop(), house_.partner->channel.descriptor());
      co_await ear_->wait();
      ear_.reset();
      if (ended_) co_return;
      auto received = house_.partner->channel.receive();
      if (!received) co_return lost(received.error().message);
      if (*received) heed((*received)->message);
      if (ended_) co_return;
    }
  }

  void heed(const Message& said) {
    if (said.says == Says::prepare) return prove(said.number);
    const auto event = Giver::event_of(said.says);
    if (!event || !house_.giving) return;
    if (*event == Giver::Event::well) last_well_ = std::chrono::steady_clock::now();
    happened(*event, said.text);
  }

  void prove(counter::Count count) {
    if (house_.giving) tell(*house_.giving, Says::refused, "it was handed back before the watch was over");
    house_.giving.reset();
    house_.taking.emplace();
    const auto proved = stand_trial(house_.file, house_.config().production_counter(), count, house_.clock.now());
    const auto event = proved ? Taker::Event::fit : Taker::Event::unfit;
    if (house_.taking->on(event) == Taker::Action::say_ready) return leave(Next::take);
    house_.log.error("not fit to serve", {{"reason", proved.error().message}});
    (void)house_.partner->channel.send(release::message(Says::unfit, proved.error().message));
    house_.taking.reset();
  }

  // Visitors wait at the sockets of whoever has served. Others wait for a new owner.
  void lost(std::string_view why) {
    house_.log.warn("the owner is gone", {{"reason", why}});
    if (house_.giving) return happened(Giver::Event::lost, why);
    house_.partner.reset();
    spawn(search());
  }

  Awaitable<void> search() {
    while (!ended_) {
      if (house_.has_served && house_.take_lock(0ms)) {
        house_.control = FileDescriptor();  // another owner may have listened in its place meanwhile
        co_return leave(Next::own);
      }
      const auto pause = co_await find_owner();
      if (house_.partner) co_return spawn(hear());
      timer_.expires_after(pause);
      co_await timer_.async_wait(http::as_result);
    }
  }

  // It may hang: then it is not waited for too long. Gives when to look again: whoever refuses us will for a while.
  Awaitable<std::chrono::milliseconds> find_owner() {
    auto owner = knock(house_);
    if (!owner || !*owner) co_return limits::owner_search_interval;
    ear_.emplace(service_.loop(), (*owner)->descriptor());
    spawn(stop_hearing_late());
    co_await ear_->wait();
    ear_.reset();
    patience_.cancel();
    auto answer = (*owner)->receive();
    if (ended_ || !answer || !*answer) co_return limits::owner_search_interval;
    auto partner = enter(house_, std::move(**owner), std::move(**answer));
    if (!partner) {
      house_.log.warn("the owner refuses us", {{"reason", partner.error().message}});
      co_return limits::refused_search_interval;
    }
    house_.partner = std::move(*partner);
    co_return limits::owner_search_interval;
  }

  Awaitable<void> stop_hearing_late() {
    if (!ear_ || ended_) co_return;
    patience_.expires_after(limits::release_answer_deadline);
    const auto [cancelled] = co_await patience_.async_wait(http::as_result);
    if (!cancelled && ear_) ear_->close();
  }

  Awaitable<void> watch() {
    const auto begun = std::chrono::steady_clock::now();
    last_well_ = begun;
    while (house_.giving && !ended_) {
      const auto now = std::chrono::steady_clock::now();
      if (now >= begun + house_.giving->watch) co_return happened(Giver::Event::watched, "");
      if (now >= last_well_ + limits::health_deadline) {
        co_return happened(Giver::Event::overdue, "it does not answer");
      }
      (void)house_.partner->channel.send(release::message(Says::ask_health));
      timer_.expires_after(limits::health_interval);
      co_await timer_.async_wait(http::as_result);
    }
  }

  void happened(Giver::Event event, std::string_view why) {
    switch (house_.giving->giver.on(event)) {
      case Giver::Action::take_back:
        house_.log.error("the new owner fails", {{"reason", why}});
        return leave(Next::take_back);
      case Giver::Action::rest:
        tell(*house_.giving, Says::done, fmt::format("{} is live", house_.partner->release.stage));
        house_.giving.reset();
        return;
      default: return;
    }
  }

  House& house_;
  Service& service_;
  std::optional<release::Ear> ear_;
  http::Timer timer_;
  http::Timer patience_;
  std::chrono::steady_clock::time_point last_well_;
  Next next_ = Next::end;
  bool ended_ = false;
};

Result<Next> keep_vigil(House& house) {
  OpenStore store{.store = std::make_unique<store::MemoryStore>(),
                  .announce_ops = [](std::string_view) { return Result<void>{}; },
                  .usage_file = {}};
  Service service(house.configuration, house.read_again, Office::standby, store, house.doors, house.manager, house.log,
                  house.clock);
  Vigil vigil(house, service);
  vigil.start();
  house.since = house.clock.now();
  if (house.must_end()) service.loop().post([&service] { service.stop("signal"); });
  const auto ended = service.run();
  if (!ended) return std::unexpected(ended.error());
  if (*ended == Service::End::parted) return vigil.next();
  if (house.partner) (void)house.partner->channel.send(release::message(Says::goodbye));
  return Next::end;
}

}  // namespace

Result<Next> stand_by(House& house) {
  const auto next = keep_vigil(house);
  if (next && *next == Next::take) return take(house);
  if (next && *next == Next::take_back) return take_back(house);
  return next;
}

}  // namespace vc::app
