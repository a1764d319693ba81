#include "app/handover/control.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>

#include <array>
#include <utility>

#include "app/handover/migration.hpp"
#include "app/handover/trial.hpp"
#include "base/time_text.hpp"
#include "limits.hpp"
#include "ops/on_store_thread.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/store.hpp"

namespace vc::app {

namespace asio = boost::asio;
namespace json = boost::json;

using http::Awaitable;
using release::Channel;
using release::Giver;
using release::Message;
using release::Says;

namespace {

json::object to_json(const release::Release& release, pid_t pid, WallTime since) {
  const Rfc3339 time = rfc3339(since);
  return {{"stage", release.stage}, {"version", release.version}, {"pid", pid}, {"since", view(time)}};
}

/// Lays out a copy of the store, on which the other release proves itself; gives the count that it has.
counter::StoreResult<Result<counter::Count>> lay_out_copy(counter::FullStore& store, const std::filesystem::path& file,
                                                          const counter::Counter& counter, WallTime now) {
  const auto bytes = store.copy();
  if (!bytes) return std::unexpected(bytes.error());
  const auto record = store.read(counter, now);
  if (!record) return std::unexpected(record.error());
  if (auto laid_out = lay_out_trial(file, **bytes); !laid_out)
    return Result<counter::Count>(std::unexpected(laid_out.error()));
  return *record ? (*record)->visit_count : 0;
}

}  // namespace

Control::Control(House& house, Service& service, OpenStore& store)
    : house_(house),
      service_(service),
      store_(store),
      schema_(file_store(store)->schema()),
      patience_(service.loop().executor()),
      migration_(service.loop().executor()) {}

void Control::start() {
  service_.at_end([this] {
    ended_ = true;
    patience_.cancel();
    migration_.cancel();
    for (release::Ear& ear : ears_) ear.close();
  });
  spawn(accept());
  if (house_.partner) spawn(hear_partner());
}

void Control::spawn(Awaitable<void> life) {
  asio::co_spawn(service_.loop().executor(), std::move(life), asio::detached);
}

Awaitable<void> Control::wait(int descriptor) {
  const auto ear = ears_.emplace(ears_.end(), service_.loop(), descriptor);
  if (!ended_) co_await ear->wait();
  ears_.erase(ear);
}

Awaitable<void> Control::rest() {
  http::Timer timer(service_.loop().executor(), limits::accept_pause);
  (void)co_await timer.async_wait(http::as_result);
}

Awaitable<void> Control::accept() {
  for (;;) {
    co_await wait(house_.control.get());
    if (ended_) co_return;
    auto caller = release::accept_control(house_.control.get());
    if (!caller) house_.log.warn("control socket", {{"refused", caller.error().message}});
    if (!caller) continue;
    if (!*caller) {
      co_await rest();  // most likely no descriptor is left, and it is still there
    } else if (ears_.size() <= limits::control_connections_max) {
      spawn(attend(std::move(**caller)));
    }
  }
}

Awaitable<void> Control::attend(Channel caller) {
  co_await wait(caller.descriptor());
  if (ended_) co_return;
  auto received = caller.receive();
  if (!received) house_.log.warn("control socket", {{"refused", received.error().message}});
  if (!received || !*received) co_return;
  const Message& wish = (*received)->message;
  switch (wish.says) {
    case Says::join: co_return join(std::move(caller), std::move(**received));
    case Says::status: co_return spawn(tell_status(std::move(caller)));
    case Says::promote:
    case Says::rollback: co_return ask(std::move(caller), wish);
    default: (void)caller.send(release::message(Says::refused, "this cannot be asked here"));
  }
}

// --- the standby -------------------------------------------------------------------------------------------------

void Control::join(Channel standby, Received hello) {
  const auto refuse = [&](std::string why) {
    house_.log.info("standby refused", {{"reason", why}});
    (void)standby.send(release::message(Says::refused, std::move(why)));
  };
  const auto release = release::parse_release(hello.message.text);
  if (!release || hello.descriptors.size() != 1) return refuse("this is no release");
  if (release->stage == house_.config().colour) {
    return refuse(
        fmt::format("{} is in use by process {}; its stage is {} too: stop it first, or choose another --stage",
                    house_.file.string(), ::getpid(), release->stage));
  }
  if (house_.partner) {
    return refuse(fmt::format("{} has a standby already, process {}, stage {}; stop that one first",
                              house_.file.string(), release::pid_of(house_.partner->process.get()),
                              house_.partner->release.stage));
  }
  if (std::cmp_less(hello.message.number, schema_)) {
    return refuse(fmt::format("{} has schema {}, and {} knows none after {}; start a later version",
                              house_.file.string(), schema_, release->version, hello.message.number));
  }
  const auto process = release::own_process();
  if (!process) return refuse(process.error().message);
  if (!standby.send(release::message(Says::welcome, release::text(house_.release())), std::array{process->get()}))
    return;
  house_.log.info("standby joined", {{"stage", release->stage}, {"version", release->version}});
  house_.partner = Partner{.channel = std::move(standby),
                           .release = *release,
                           .process = std::move(hello.descriptors[0]),
                           .since = house_.clock.now()};
  spawn(hear_partner());
}

Awaitable<void> Control::hear_partner() {
  while (house_.partner) {
    co_await wait(house_.partner->channel.descriptor());
    if (ended_ || !house_.partner) co_return;
    auto received = house_.partner->channel.receive();
    if (received && *received) {
      co_await heed((*received)->message);
    } else if (!received) {
      happened(Event::lost, received.error().message);
      part_from_partner(received.error().message);
    }
  }
}

Awaitable<void> Control::heed(const Message& said) {
  if (said.says == Says::ask_health) co_return co_await tell_health();
  if (said.says == Says::goodbye) {
    happened(Event::lost, "it was told to end");
    part_from_partner("it was told to end");
    co_return spawn(migrate());
  }
  const auto event = Giver::event_of(said.says);
  if (!house_.giving || !event) co_return;
  if (*event != Event::ready) co_return happened(*event, said.text);
  const auto read = co_await examined();
  if (read) co_return happened(Event::ready, "");
  happened(Event::unfit, read.error().message);
  part_from_partner(read.error().message);  // it waits for the store
}

Awaitable<void> Control::tell_health() {
  const Service::Busy busy(service_);
  const counter::Counter counter = house_.config().production_counter();
  counter::Read read(counter);
  co_await http::suspend([&](Resume done) { service_.desk().read(read, done); });
  if (!house_.partner) co_return;
  (void)house_.partner->channel.send(read.result ? release::message(Says::well)
                                                 : release::message(Says::unwell, read.result.error().detail));
}

void Control::part_from_partner(std::string_view reason) {
  if (!house_.partner) return;
  house_.log.info("standby left", {{"stage", house_.partner->release.stage}, {"reason", reason}});
  house_.partner->channel.end();  // for who waits to hear of it, too
  house_.partner.reset();
}

// If nobody is left who needs the schema before. Whoever joins from then on must know the newest.
Awaitable<void> Control::migrate() {
  if (ended_) co_return;
  migration_.expires_after(limits::migration_delay);
  const auto [cancelled] = co_await migration_.async_wait(http::as_result);
  if (cancelled || ended_ || house_.partner) co_return;
  const Service::Busy busy(service_);
  schema_ = store::sqlite::schema_version;
  (void)co_await ops::on_store_thread<void>(service_.desk(),
                                            [this](WallTime) { return app::migrate(store_, house_.log); });
  schema_ = file_store(store_)->schema();
}

// --- the operator ------------------------------------------------------------------------------------------------

Awaitable<void> Control::tell_status(Channel caller) {
  const Service::Busy busy(service_);
  const counter::Counter counter = house_.config().production_counter();
  counter::Read read(counter);
  co_await http::suspend([&](Resume done) { service_.desk().read(read, done); });
  json::object live = to_json(house_.release(), ::getpid(), house_.since);
  live["count"] = json::value();
  if (read.result) live["count"] = *read.result ? (*read.result)->visit_count : 0;
  json::value standby;
  if (const auto& partner = house_.partner) {
    standby = to_json(partner->release, release::pid_of(partner->process.get()), partner->since);
  }
  (void)caller.send(
      release::message(Says::status, json::serialize(json::object{{"live", live}, {"standby", standby}})));
}

std::string Control::objection(const Message& wish) const {
  if (house_.giving) return "a hand-over goes on";
  if (!house_.partner) return "there is no standby; start one: visitor-counter serve --stage NAME";
  const std::string& stage = house_.partner->release.stage;
  if (wish.says == Says::rollback) {
    return house_.partner->served ? "" : fmt::format("{} has not served before; promote it", stage);
  }
  if (wish.text == house_.config().colour) return fmt::format("{} serves already", wish.text);
  return wish.text == stage ? "" : fmt::format("the standby is {}, not {}", stage, wish.text);
}

void Control::ask(Channel caller, const Message& wish) {
  if (std::string no = objection(wish); !no.empty())
    return (void)caller.send(release::message(Says::refused, std::move(no)));
  house_.giving = Giving{.giver = {},
                         .caller = std::move(caller),
                         .watch = std::chrono::seconds(std::min(wish.number, limits::watch_seconds_max)),
                         .began = std::chrono::steady_clock::now()};
  house_.log.info("handing over",
                  {{"stage", house_.partner->release.stage}, {"version", house_.partner->release.version}});
  spawn(prepare());
  spawn(lose_patience());
}

Awaitable<void> Control::prepare() {
  const Service::Busy busy(service_);
  const counter::Counter counter = house_.config().production_counter();
  const auto count = co_await ops::on_store_thread<Result<counter::Count>>(
      service_.desk(),
      [this, &counter](WallTime now) { return lay_out_copy(*store_.store, house_.file, counter, now); });
  if (!count) co_return happened(Event::unfit, count.error().detail);
  if (!*count) co_return happened(Event::unfit, count->error().message);
  if (ended_ || !house_.partner || !house_.giving) co_return clear_trial(house_.file);
  house_.giving->count = **count;
  if (!house_.partner->channel.send(release::message(Says::prepare, {}, **count))) happened(Event::lost, "it is gone");
}

// It has stood its trial. Whether this release reads what that one has written: then it can be taken back.
Awaitable<Result<void>> Control::examined() {
  const Service::Busy busy(service_);
  const counter::Counter counter = house_.config().production_counter();
  const counter::Count count = house_.giving->count;
  const auto read = co_await ops::on_store_thread<Result<void>>(
      service_.desk(), [this, &counter, count](WallTime now) -> counter::StoreResult<Result<void>> {
        return read_trial(house_.file, counter, count, now);
      });
  if (!read) co_return fail("{}", read.error().detail);
  co_return *read;
}

Awaitable<void> Control::lose_patience() {
  if (ended_) co_return;
  patience_.expires_after(limits::prove_deadline);
  const auto [cancelled] = co_await patience_.async_wait(http::as_result);
  if (!cancelled) happened(Event::overdue, "it does not answer");
}

// Once the term has ended, what still comes to be heard decides nothing.
void Control::happened(Event event, std::string_view why) {
  if (ended_ || !house_.giving) return;
  switch (house_.giving->giver.on(event)) {
    case Giver::Action::drain: clear_trial(house_.file); return service_.part();
    case Giver::Action::go_on: {
      patience_.cancel();
      clear_trial(house_.file);
      house_.log.warn("hand-over refused", {{"reason", why}});
      tell(*house_.giving, Says::refused, fmt::format("{} is not ready: {}", house_.partner->release.stage, why));
      house_.giving.reset();
      if (event != Event::unfit && event != Event::lost) part_from_partner(why);  // it may answer late, or nonsense
      return;
    }
    default: return;
  }
}

}  // namespace vc::app
