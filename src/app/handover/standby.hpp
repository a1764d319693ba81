// The standby's term: it answers on its preview listener alone, until the store becomes its own.
#pragma once

#include "app/handover/house.hpp"

namespace vc::app {

/// Errors: could not start.
Result<Next> stand_by(House& house);

}  // namespace vc::app
