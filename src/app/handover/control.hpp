// The owner's side of the control socket, while it serves: standbys join here, operators ask here.
#pragma once

#include <list>
#include <string>

#include "app/handover/house.hpp"
#include "release/ear.hpp"

namespace vc::app {

/// Thread: the service's loop's. Lifetime: everything handed in outlives it; it outlives the loop's `run`.
class Control final {
 public:
  Control(House& house, Service& service, OpenStore& store);
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;
  ~Control() = default;

  /// Before the loop runs. `house.control` listens.
  void start();

 private:
  using Received = release::Received;
  using Event = release::Giver::Event;

  void spawn(http::Awaitable<void> life);
  http::Awaitable<void> accept();
  http::Awaitable<void> attend(release::Channel caller);
  http::Awaitable<void> wait(int descriptor);
  http::Awaitable<void> rest();

  void join(release::Channel standby, Received hello);
  http::Awaitable<void> hear_partner();
  http::Awaitable<void> heed(const release::Message& said);
  http::Awaitable<void> tell_health();
  void part_from_partner(std::string_view reason);
  http::Awaitable<void> migrate();

  http::Awaitable<void> tell_status(release::Channel caller);
  void ask(release::Channel caller, const release::Message& wish);
  std::string objection(const release::Message& wish) const;
  http::Awaitable<void> prepare();
  http::Awaitable<Result<void>> examined();
  http::Awaitable<void> lose_patience();
  void happened(Event event, std::string_view why);

  House& house_;
  Service& service_;
  OpenStore& store_;
  int schema_;                    // of the store; while it is migrated, what it will be
  std::list<release::Ear> ears_;  // all that is waited for
  http::Timer patience_;
  http::Timer migration_;
  bool ended_ = false;
};

}  // namespace vc::app
