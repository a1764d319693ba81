#include "app/handover/owner.hpp"

#include <array>
#include <utility>

#include "app/handover/control.hpp"
#include "limits.hpp"

namespace vc::app {
namespace {

using release::Giver;
using release::Says;

Result<Service::End> serve_visitors(House& house, OpenStore& store) {
  if (!house.control) {
    auto control = release::listen_for_control(release::control_directory(house.file));
    if (!control) return std::unexpected(control.error());
    house.control = std::move(*control);
  }
  Service service(house.configuration, house.read_again, Office::owner, store, house.doors, house.manager, house.log,
                  house.clock);
  Control control(house, service, store);
  control.start();
  house.since = house.clock.now();
  house.has_served = true;
  if (house.must_end()) service.loop().post([&service] { service.stop("signal"); });
  return service.run();
}

/// What has been read of a connection goes with it.
Result<void> send_connections(const Partner& partner, std::uint64_t door, const std::vector<http::Passed>& passed) {
  for (const http::Passed& each : passed) {
    const auto message = release::message(Says::connection, each.unread, door);
    if (auto sent = partner.channel.send(message, std::array{each.socket.get()}, limits::hand_over_deadline); !sent) {
      return sent;
    }
  }
  return {};
}

/// Everything, the lock last: then it is theirs.
Result<void> send_house(House& house, counter::Count count) {
  const Partner& partner = *house.partner;
  for (const auto& [number, door] : {std::pair(0U, &house.doors.production), {1U, &house.doors.ops}}) {
    if (auto sent = send_connections(partner, number, door->connections); !sent) return sent;
  }
  const std::array descriptors = {house.doors.production.socket.get(), house.doors.ops.socket.get(),
                                  house.control.get(), house.lock.get()};
  if (auto sent =
          partner.channel.send(release::message(Says::take, {}, count), descriptors, limits::hand_over_deadline);
      !sent) {
    return sent;
  }
  house.lock = FileDescriptor();
  return {};
}

/// What becomes of the offer, and in whose words.
std::pair<Giver::Event, std::string> offer(House& house, counter::Count count) {
  if (auto sent = send_house(house, count); !sent) return {Giver::Event::lost, sent.error().message};
  const auto answer = house.partner->channel.receive_within(limits::hand_over_deadline);
  if (!answer) {
    return {house.partner->channel.ended() ? Giver::Event::lost : Giver::Event::overdue, answer.error().message};
  }
  return {Giver::event_of(answer->message.says).value_or(Giver::Event::overdue), answer->message.text};
}

/// Whether the other side may have answered on the connections that it got: it says that it serves before it does.
bool has_opened(const release::Channel& channel) {
  for (auto next = channel.receive(); next && *next; next = channel.receive()) {
    if ((*next)->message.says == Says::opened) return true;
  }
  return false;
}

Result<Next> give(House& house, OpenStore store) {
  Giving& giving = *house.giving;
  const auto record = store.store->read(house.config().production_counter(), house.clock.now());
  if (!record) return fail("the store broke ({}); start again to recover from the disk", record.error().detail);
  const counter::Count count = *record ? (*record)->visit_count : 0;
  house.manager.alive();  // the store has just answered; the other side may take its time
  house.lock = close_store(std::move(store));
  (void)giving.giver.on(Giver::Event::drained);

  const auto [event, why] = offer(house, count);
  if (giving.giver.on(event) != Giver::Action::watch) {
    house.log.error("hand-over failed", {{"reason", why}});
    return take_back(house);
  }
  house.drop_connections();
  const auto took = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - giving.began);
  house.log.info("handed over", {{"stage", house.partner->release.stage}, {"milliseconds", took.count()}});
  tell(giving, Says::progress, fmt::format("{} serves, after {} ms", house.partner->release.stage, took.count()));
  house.partner->since = house.clock.now();
  return Next::stand_by;
}

}  // namespace

Result<Next> own(House& house, OpenStore store) {
  const auto ended = serve_visitors(house, store);
  if (!ended) return std::unexpected(ended.error());
  if (*ended == Service::End::stopped) {
    if (!house.partner) release::leave_control(house.file);  // under the lock: nobody else listens there yet
    return Next::end;
  }
  return give(house, std::move(store));
}

Result<Next> take_back(House& house) {
  if (house.giving) {
    tell(*house.giving, Says::refused,
         fmt::format("{} failed; {} serves again", house.partner->release.stage, house.config().colour));
  }
  house.giving.reset();
  const Partner partner = std::move(*house.partner);
  house.partner.reset();
  if (house.lock) return Next::own;
  if (!house.take_lock()) {
    const int process = partner.process.get();
    house.log.error("the other process is ended", {{"pid", release::pid_of(process)}});
    release::kill_process(process);
    release::await_end(process, limits::hand_over_deadline);
    if (auto taken = house.take_lock(); !taken) return std::unexpected(taken.error());
  }
  if (has_opened(partner.channel)) house.drop_connections();
  return Next::own;
}

}  // namespace vc::app
