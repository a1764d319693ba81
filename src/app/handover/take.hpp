// The standby's side of a hand-over, from `ready` to the store that it opens.
#pragma once

#include "app/handover/house.hpp"

namespace vc::app {

/// Requires: `house.taking`. Blocks until the store is ours or is not: bounded by limits::hand_over_deadline.
Result<Next> take(House& house);

}  // namespace vc::app
