// The owner's term: it serves, until it is told to end or hands over.
#pragma once

#include "app/handover/house.hpp"

namespace vc::app {

/// Errors: could not start, or the store broke.
Result<Next> own(House& house, OpenStore store);

/// For a partner that serves no more, or has never begun to: the store's lock again, if need be by ending the partner.
Result<Next> take_back(House& house);

}  // namespace vc::app
