#include "release/protocol.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <string>
#include <vector>

namespace vc::release {
namespace {

using GiverEvent = Giver::Event;
using GiverAction = Giver::Action;
using TakerEvent = Taker::Event;
using TakerAction = Taker::Action;

template <class Side, class Event>
auto last_of(const std::vector<Event>& events) {
  Side side;
  typename Side::Action action{};
  for (const Event event : events) action = side.on(event);
  return action;
}

TEST(Giver, AHandOverGoesItsWay) {
  Giver giver;
  EXPECT_EQ(giver.on(GiverEvent::ready), GiverAction::drain);
  EXPECT_EQ(giver.on(GiverEvent::drained), GiverAction::offer);
  EXPECT_EQ(giver.on(GiverEvent::opened), GiverAction::watch);
  EXPECT_EQ(giver.on(GiverEvent::well), GiverAction::none);
  EXPECT_EQ(giver.on(GiverEvent::watched), GiverAction::rest);
}

TEST(Giver, WhateverGoesWrongBeforeTheLockHasLeftChangesNothing) {
  for (const auto wrong : {GiverEvent::unfit, GiverEvent::lost, GiverEvent::overdue, GiverEvent::opened}) {
    EXPECT_EQ(last_of<Giver>(std::vector{wrong}), GiverAction::go_on);
    EXPECT_EQ(last_of<Giver>(std::vector{GiverEvent::ready, wrong}), GiverAction::go_on);
  }
}

TEST(Giver, WhateverGoesWrongAfterwardsFetchesItBack) {
  for (const auto wrong : {GiverEvent::failed, GiverEvent::lost, GiverEvent::overdue, GiverEvent::well}) {
    EXPECT_EQ(last_of<Giver>(std::vector{GiverEvent::ready, GiverEvent::drained, wrong}), GiverAction::take_back);
  }
  for (const auto wrong : {GiverEvent::unwell, GiverEvent::lost, GiverEvent::overdue}) {
    EXPECT_EQ(last_of<Giver>(std::vector{GiverEvent::ready, GiverEvent::drained, GiverEvent::opened, wrong}),
              GiverAction::take_back);
  }
}

TEST(Taker, ATakeOverGoesItsWay) {
  Taker taker;
  EXPECT_EQ(taker.on(TakerEvent::fit), TakerAction::say_ready);
  EXPECT_EQ(taker.on(TakerEvent::take), TakerAction::open);
  EXPECT_EQ(taker.on(TakerEvent::opened), TakerAction::serve);
}

TEST(Taker, ItDoesNotServeWithoutTheLock) {
  EXPECT_EQ(last_of<Taker>(std::vector{TakerEvent::unfit}), TakerAction::say_unfit);
  EXPECT_EQ(last_of<Taker>(std::vector{TakerEvent::lost}), TakerAction::give_up);
  EXPECT_EQ(last_of<Taker>(std::vector{TakerEvent::fit, TakerEvent::overdue}), TakerAction::give_up);
  EXPECT_EQ(last_of<Taker>(std::vector{TakerEvent::fit, TakerEvent::lost}), TakerAction::try_lock);
  EXPECT_EQ(last_of<Taker>(std::vector{TakerEvent::fit, TakerEvent::take, TakerEvent::failed}), TakerAction::let_go);
}

// --- both sides at once, and everything that can happen to them --------------------------------------------------

enum class Lock { free, blue, green, on_its_way };
enum class Life { runs, stopped, killed };

/// One moment of a hand-over from blue to green. The connection is two queues; what ends it is in the queues too.
struct World {
  Giver giver;
  Taker taker;
  Lock lock = Lock::blue;
  Life blue = Life::runs, green = Life::runs;
  bool blue_serves = true, green_serves = false;
  bool blue_drains = false, green_opens = false, green_proves = true;
  bool connected = true;
  bool blue_wants_lock = false, green_wants_lock = false;
  std::deque<Says> to_blue, to_green;
  int faults = 0;
  std::string trace;

  /// What lies in the queue of an end that is closed is closed with it.
  void green_closes() {
    connected = false;
    to_green.clear();
    if (lock == Lock::green || lock == Lock::on_its_way) lock = Lock::free;
  }
};

void act(World& world, GiverAction action) {
  switch (action) {
    case GiverAction::none:
    case GiverAction::watch:
    case GiverAction::rest: return;
    case GiverAction::drain:
      world.blue_serves = false;
      world.blue_drains = true;
      return;
    case GiverAction::go_on: world.blue_serves = true; return;
    case GiverAction::offer:
      world.lock = Lock::on_its_way;
      if (world.connected) {
        world.to_green.push_back(Says::take);
      } else {
        world.lock = Lock::free;
      }
      return;
    case GiverAction::take_back: world.blue_wants_lock = true; return;
  }
}

void act(World& world, TakerAction action) {
  switch (action) {
    case TakerAction::none: return;
    case TakerAction::say_ready: world.to_blue.push_back(Says::ready); return;
    case TakerAction::say_unfit: world.to_blue.push_back(Says::unfit); return;
    case TakerAction::open: world.green_opens = true; return;
    case TakerAction::serve:
      world.to_blue.push_back(Says::opened);
      world.green_serves = true;
      return;
    case TakerAction::let_go:
      world.lock = Lock::free;
      world.to_blue.push_back(Says::failed);
      return;
    case TakerAction::give_up: world.green_closes(); return;
    case TakerAction::try_lock: world.green_wants_lock = true; return;
  }
}

void kill_green(World& world) {
  world.green = Life::killed;
  world.green_serves = false;
  world.green_closes();
}

void kill_blue(World& world) {
  world.blue = Life::killed;
  world.blue_serves = false;
  world.connected = false;
  if (world.lock == Lock::blue) world.lock = Lock::free;
}

constexpr int faults_max = 2;

/// Collects what can come next.
class Successors final {
 public:
  explicit Successors(const World& now) : now_(now) {}

  template <class Change>
  void add(const char* what, Change change) {
    World& world = worlds.emplace_back(now_);
    world.trace += std::string(", ") + what;
    change(world);
  }

  template <class Change>
  void add_fault(const char* what, Change change) {
    if (now_.faults == faults_max) return;
    add(what, change);
    ++worlds.back().faults;
  }

  std::vector<World> worlds;

 private:
  const World& now_;
};

void add_steps_of_blue(const World& now, Successors& next) {
  if (now.blue != Life::runs) return;
  if (!now.to_blue.empty()) {
    next.add("blue reads", [](World& w) {
      const Says says = w.to_blue.front();
      w.to_blue.pop_front();
      act(w, w.giver.on(Giver::event_of(says).value_or(GiverEvent::overdue)));
    });
  } else if (!now.connected) {
    next.add("blue sees the end", [](World& w) { act(w, w.giver.on(GiverEvent::lost)); });
  }
  if (now.green == Life::stopped) {
    next.add("blue waits in vain", [](World& w) { act(w, w.giver.on(GiverEvent::overdue)); });
  }
  if (now.blue_drains) {
    next.add("blue has drained", [](World& w) { w.blue_drains = false, act(w, w.giver.on(GiverEvent::drained)); });
  }
  if (now.blue_wants_lock) {
    next.add("blue fetches the lock", [](World& w) {
      if (w.lock != Lock::free) kill_green(w);  // it has waited
      w.connected = false;
      w.lock = Lock::blue;
      w.blue_wants_lock = false;
      w.blue_serves = true;
    });
  }
}

void add_steps_of_green(const World& now, Successors& next) {
  if (now.green != Life::runs) return;
  if (now.green_proves) {
    next.add("green is fit", [](World& w) { w.green_proves = false, act(w, w.taker.on(TakerEvent::fit)); });
    next.add_fault("green is unfit", [](World& w) { w.green_proves = false, act(w, w.taker.on(TakerEvent::unfit)); });
  } else if (!now.to_green.empty()) {
    next.add("green reads", [](World& w) {
      w.to_green.pop_front();
      w.lock = Lock::green;
      act(w, w.taker.on(TakerEvent::take));
    });
  } else if (!now.connected) {
    next.add("green sees the end", [](World& w) { act(w, w.taker.on(TakerEvent::lost)); });
  } else if (now.blue == Life::stopped) {
    next.add("green waits in vain", [](World& w) { act(w, w.taker.on(TakerEvent::overdue)); });
  }
  if (now.green_opens) {
    next.add("green opens", [](World& w) { w.green_opens = false, act(w, w.taker.on(TakerEvent::opened)); });
    next.add_fault("green fails", [](World& w) { w.green_opens = false, act(w, w.taker.on(TakerEvent::failed)); });
  }
  if (now.green_wants_lock) {
    next.add("green tries the lock", [](World& w) {
      w.green_wants_lock = false;
      w.green_serves = w.lock == Lock::free;
      if (w.green_serves) w.lock = Lock::green;
    });
  }
}

void add_continuations(const World& now, Successors& next) {
  if (now.blue == Life::stopped) next.add("blue continues", [](World& w) { w.blue = Life::runs; });
  if (now.green == Life::stopped) next.add("green continues", [](World& w) { w.green = Life::runs; });
}

void add_faults(const World& now, Successors& next) {
  if (now.blue != Life::killed) next.add_fault("blue is killed", kill_blue);
  if (now.green != Life::killed) next.add_fault("green is killed", kill_green);
  if (now.blue == Life::runs) next.add_fault("blue is stopped", [](World& w) { w.blue = Life::stopped; });
  if (now.green == Life::runs) next.add_fault("green is stopped", [](World& w) { w.green = Life::stopped; });
}

std::string state_of(const World& w) {
  std::string state(reinterpret_cast<const char*>(&w.giver), sizeof w.giver);
  state.append(reinterpret_cast<const char*>(&w.taker), sizeof w.taker);
  for (const int part : {static_cast<int>(w.lock), static_cast<int>(w.blue), static_cast<int>(w.green), w.faults}) {
    state.push_back(static_cast<char>(part));
  }
  for (const bool part : {w.blue_serves, w.green_serves, w.blue_drains, w.green_opens, w.green_proves, w.connected,
                          w.blue_wants_lock, w.green_wants_lock}) {
    state.push_back(part ? '1' : '0');
  }
  for (const auto* queue : {&w.to_blue, &w.to_green}) {
    state.push_back('|');
    for (const Says says : *queue) state.push_back(static_cast<char>(says));
  }
  return state;
}

bool one_owner(const World& now) {
  if (now.blue_serves && now.green_serves) return false;
  return (!now.blue_serves || now.lock == Lock::blue) && (!now.green_serves || now.lock == Lock::green);
}

TEST(HandOver, WhateverBefallsEitherSideThereAreNeverTwoOwnersAndAfterOneFaultThereIsOne) {
  std::vector<World> open{World{}};
  std::set<std::string> seen{state_of(open.front())};
  while (!open.empty()) {
    const World now = std::move(open.back());
    open.pop_back();
    ASSERT_TRUE(one_owner(now)) << now.trace;
    Successors next(now);
    add_steps_of_blue(now, next);
    add_steps_of_green(now, next);
    add_continuations(now, next);
    const bool settled =
        std::ranges::all_of(next.worlds, [&](const World& world) { return state_of(world) == state_of(now); });
    const bool may_rest = now.blue_serves || now.green_serves || now.faults > 1;
    ASSERT_TRUE(may_rest || !settled) << now.trace;

    add_faults(now, next);
    for (World& world : next.worlds) {
      if (seen.insert(state_of(world)).second) open.push_back(std::move(world));
    }
  }
  EXPECT_GT(seen.size(), 200U);
}

}  // namespace
}  // namespace vc::release
