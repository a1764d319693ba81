// What a process of `serve` keeps from one term to the next, and who stands on the other side.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "app/config/config.hpp"
#include "app/serve/reload.hpp"
#include "app/serve/service.hpp"
#include "app/stores.hpp"
#include "base/clock.hpp"
#include "limits.hpp"
#include "release/channel.hpp"
#include "release/protocol.hpp"
#include "telemetry/log.hpp"

namespace vc::app {

/// The other process: the owner's standby, or the standby's owner.
struct Partner {
  release::Channel channel;
  release::Release release;
  FileDescriptor process;
  WallTime since;       // when it became what it is
  bool served = false;  // has been the owner before
};

/// A hand-over that goes on, from this process.
struct Giving {
  release::Giver giver;
  release::Channel caller;  // who asked for it
  std::chrono::seconds watch{};
  counter::Count count = 0;  // of the copy that the other side proves itself on
  std::chrono::steady_clock::time_point began;
};

struct House {
  Configuration configuration;
  ReadConfiguration read_again;
  ServiceManager& manager;
  telemetry::Log& log;
  const Clock& clock;
  std::filesystem::path file;      // the store's
  std::function<bool()> must_end;  // whether a signal has come between two terms

  Doors doors;
  FileDescriptor control;          // listens, for whoever is the owner
  FileDescriptor lock;             // between two terms
  std::optional<OpenStore> store;  // the same
  std::optional<Partner> partner;
  std::optional<Giving> giving;
  std::optional<release::Taker> taking;
  WallTime since;           // when it became what it is
  bool has_served = false;  // and so has the sockets where visitors wait

  const Config& config() const { return configuration.config; }
  /// What may change while a server runs has perhaps changed since the last term. A configuration that cannot be read
  /// changes nothing.
  void refresh();

  /// Errors: another process holds it, and has for so long.
  Result<void> take_lock(std::chrono::milliseconds patience = limits::owner_wait);

  /// Those that wait between two terms.
  void drop_connections();

  release::Release release() const;
};

/// What comes behind a term.
enum class Next {
  own,        // it is ours: `lock` or `store` is there
  stand_by,   // it is the partner's
  take,       // from the partner
  take_back,  // the same: it fails
  end,
};

/// Tells whoever asked for the hand-over; nobody may be there any more.
void tell(const Giving& giving, release::Says says, std::string text);

/// Asks the owner of the store whether we may stand by. nullopt: there is none.
Result<std::optional<release::Channel>> knock(const House& house);

/// With its answer it is our partner. Errors: it refuses, and why.
Result<Partner> enter(const House& house, release::Channel owner, release::Received answer);

/// Both, waiting for the answer. nullopt: there is no owner that answers. Errors: it refuses.
Result<std::optional<Partner>> join(const House& house);

}  // namespace vc::app
