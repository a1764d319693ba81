#include "release/protocol.hpp"

namespace vc::release {

// Until the lock has left, whatever goes wrong leaves everything as it was. Then only `opened` says that it arrived
// where it does its work; without it the lock is fetched back. What comes late or makes no sense is `overdue`.
Giver::Action Giver::on(Event event) {
  switch (state_) {
    case State::preparing:
      if (event == Event::ready) return become(State::draining, Action::drain);
      return become(State::over, Action::go_on);
    case State::draining:
      if (event == Event::drained) return become(State::offering, Action::offer);
      return become(State::over, Action::go_on);
    case State::offering:
      if (event == Event::opened) return become(State::watching, Action::watch);
      return become(State::over, Action::take_back);
    case State::watching:
      if (event == Event::well) return Action::none;
      if (event == Event::watched) return become(State::over, Action::rest);
      return become(State::over, Action::take_back);
    case State::over: return Action::none;
  }
  return Action::none;
}

std::optional<Giver::Event> Giver::event_of(Says says) {
  switch (says) {
    case Says::ready: return Event::ready;
    case Says::unfit: return Event::unfit;
    case Says::opened: return Event::opened;
    case Says::failed: return Event::failed;
    case Says::well: return Event::well;
    case Says::unwell: return Event::unwell;
    default: return std::nullopt;
  }
}

Taker::Action Taker::on(Event event) {
  switch (state_) {
    case State::proving:
      if (event == Event::fit) return become(State::waiting, Action::say_ready);
      if (event == Event::unfit) return become(State::over, Action::say_unfit);
      return become(State::over, Action::give_up);
    case State::waiting:
      if (event == Event::take) return become(State::opening, Action::open);
      if (event == Event::lost) return become(State::over, Action::try_lock);
      return become(State::over, Action::give_up);
    case State::opening:
      if (event == Event::opened) return become(State::over, Action::serve);
      if (event == Event::failed) return become(State::over, Action::let_go);
      return Action::none;  // it has all that it needs, whatever has become of the other side
    case State::over: return Action::none;
  }
  return Action::none;
}

}  // namespace vc::release
