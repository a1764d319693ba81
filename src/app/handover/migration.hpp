// When the store's file gets the newest schema: where no other release is beside this one that needs the old.
#pragma once

#include "app/handover/house.hpp"
#include "counter/store.hpp"

namespace vc::app {

/// Opens and migrates the store for a process that has found no other. A disk without space leaves it as it is.
Result<OpenStore> open_alone(House& house);

/// Says so in the log. Requires: the store is in a file. Thread: the store's.
counter::StoreResult<void> migrate(OpenStore& store, telemetry::Log& log);

}  // namespace vc::app
