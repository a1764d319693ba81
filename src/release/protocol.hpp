// A hand-over as its two sides decide it, without sockets, store or clock: what happens goes in, what is to be done
// comes out. docs/releases.md has it as a picture.
//
// The store's lock is the only truth about who owns the store. It travels with `take`, so there is never a second
// holder; whoever is in doubt about the other side tries to get it, and serves only then.
#pragma once

#include <cstdint>
#include <optional>

#include "release/message.hpp"

namespace vc::release {

/// The owner's side, from an operator's wish to the end of the watch over the new owner.
class Giver final {
 public:
  enum class Event {
    drained,  // all that was in flight is answered, the store is closed
    lost,     // the connection to the other side is gone
    overdue,  // the other side says nothing, or what makes no sense
    watched,  // so long has it served well
    ready,
    unfit,
    opened,
    failed,
    well,
    unwell,
  };
  enum class Action {
    none,
    drain,      // stop reading; answer and commit what is in flight; close the store, keep the lock
    go_on,      // nothing has changed: serve, and say why to whoever asked
    offer,      // send connections and take; from then on the lock is theirs
    watch,      // they serve: let go of the connections, ask for their health
    take_back,  // get the lock, if need be by ending the other side, and serve
    rest,       // it is theirs for good: stand by
  };

  /// Begun: `prepare` has been sent.
  Action on(Event event);

  /// What a message says, if it is one that this side may be sent.
  static std::optional<Event> event_of(Says says);

 private:
  enum class State { preparing, draining, offering, watching, over };
  Action become(State state, Action action) {
    state_ = state;
    return action;
  }

  State state_ = State::preparing;
};

/// The standby's side, from `prepare` to its first request.
class Taker final {
 public:
  enum class Event {
    fit,     // it has proved itself on the copy of the store
    unfit,   // it has not
    take,    // the lock has come, and all else
    opened,  // the store is open and has no fewer visits than was said
    failed,  // it is not
    lost,
    overdue,
  };
  enum class Action {
    none,
    say_ready,  // and wait
    say_unfit,  // and stand by
    open,       // the store, under the lock that has come
    serve,      // say that it is open, then serve
    let_go,     // of the lock and all else, then say so, and stand by
    give_up,    // let go of what came so far and of the connection, and stand by
    try_lock,   // the owner is gone, perhaps: serve if the lock is free, else stand by
  };

  /// Begun: `prepare` has come.
  Action on(Event event);

 private:
  enum class State { proving, waiting, opening, over };
  Action become(State state, Action action) {
    state_ = state;
    return action;
  }

  State state_ = State::proving;
};

}  // namespace vc::release
