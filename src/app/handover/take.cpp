#include "app/handover/take.hpp"

#include <utility>

#include "app/serve/usage_file.hpp"
#include "limits.hpp"

namespace vc::app {
namespace {

using release::Message;
using release::Received;
using release::Says;
using release::Taker;

/// What `take` brings.
struct Estate {
  counter::Count count = 0;
  FileDescriptor production, ops, control, lock;
};

/// A connection, kept for its door. False: it is none.
bool keep(House& house, Received received) {
  if (received.message.says != Says::connection || received.descriptors.size() != 1 || received.message.number > 1) {
    return false;
  }
  Door& door = received.message.number == 0 ? house.doors.production : house.doors.ops;
  door.connections.push_back({std::move(received.descriptors[0]), std::move(received.message.text)});
  return true;
}

/// Until the lock is here. Errors: what happened instead.
Result<Estate, Taker::Event> receive_estate(House& house) {
  const release::Channel& owner = house.partner->channel;
  for (;;) {
    auto received = owner.receive_within(limits::hand_over_deadline);
    if (!received) return std::unexpected(owner.ended() ? Taker::Event::lost : Taker::Event::overdue);
    auto& descriptors = received->descriptors;
    if (received->message.says == Says::take && descriptors.size() == 4) {
      return Estate{.count = received->message.number,
                    .production = std::move(descriptors[0]),
                    .ops = std::move(descriptors[1]),
                    .control = std::move(descriptors[2]),
                    .lock = std::move(descriptors[3])};
    }
    if (!keep(house, std::move(*received))) return std::unexpected(Taker::Event::overdue);
  }
}

Result<OpenStore> open_with(House& house, Estate& estate) {
  auto store = open_store(house.config(), house.clock, std::move(estate.lock));
  if (!store) return store;
  const auto record = store->store->read(house.config().production_counter(), house.clock.now());
  if (!record) return fail("the store cannot be read: {}", record.error().detail);
  const counter::Count count = *record ? (*record)->visit_count : 0;
  if (count < estate.count) return fail("the store has {} visits, and had {}", count, estate.count);
  if (auto usage = read_usage(store->usage_file); !usage) return std::unexpected(usage.error());
  return store;
}

Next stand_by_again(House& house) {
  house.drop_connections();
  house.taking.reset();
  return Next::stand_by;
}

Next move_in(House& house, Estate& estate, OpenStore store) {
  house.doors.production.socket = std::move(estate.production);
  house.doors.ops.socket = std::move(estate.ops);
  house.control = std::move(estate.control);
  house.store = std::move(store);
  house.partner->served = true;
  house.partner->since = house.clock.now();
  house.taking.reset();
  return Next::own;
}

// The owner has gone while it handed over. What it let go of is ours only with the lock; and where it has not died, but
// taken back, it may have answered on these connections since.
Next try_lock(House& house) {
  const bool died = release::await_end(house.partner->process.get(), limits::sudden_end);
  if (!died) house.drop_connections();
  house.partner.reset();
  if (!house.take_lock()) return stand_by_again(house);
  house.taking.reset();
  return Next::own;
}

Next say(House& house, const Message& message, Next next) {
  (void)house.partner->channel.send(message, {}, limits::release_answer_deadline);
  return next;
}

}  // namespace

Result<Next> take(House& house) {
  Taker& taker = *house.taking;
  (void)house.partner->channel.send(release::message(Says::ready));
  auto estate = receive_estate(house);
  if (taker.on(estate ? Taker::Event::take : estate.error()) != Taker::Action::open) {
    house.log.error("nothing was handed over");
    if (estate.error() == Taker::Event::lost) return try_lock(house);
    house.partner.reset();
    return stand_by_again(house);
  }
  auto store = open_with(house, *estate);
  if (taker.on(store ? Taker::Event::opened : Taker::Event::failed) != Taker::Action::serve) {
    house.log.error("the store was handed back", {{"reason", store.error().message}});
    return say(house, release::message(Says::failed, store.error().message), stand_by_again(house));
  }
  return say(house, release::message(Says::opened), move_in(house, *estate, std::move(*store)));
}

}  // namespace vc::app
