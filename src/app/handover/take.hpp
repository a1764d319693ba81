// The standby's side of a hand-over, from `ready` to the store that it opens.
#pragma once

#include "app/handover/house.hpp"

namespace vc::app {

/// Requires: `house.taking`. Blocks until the store is ours or is not: the owner has
/// limits::hand_over_deadline for its first message and for each further one.
Result<Next> take(House& house);

}  // namespace vc::app
