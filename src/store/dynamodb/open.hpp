// From an address to a store that has answered once.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/environment.hpp"
#include "base/result.hpp"
#include "store/dynamodb/address.hpp"
#include "store/dynamodb/link.hpp"
#include "store/dynamodb/store.hpp"

namespace vc::store::dynamodb {

/// Finds region, endpoint and certificates (AWS_CA_BUNDLE, else the system's). Asks nothing yet, but IMDS for a region
/// that nobody names. Errors: no region, an endpoint that is no URL, no certificates. Lifetime: the clock outlives it.
Result<Link> connect(const Address& address, const Environment& environment, const Clock& clock);

/// Reads the counter once, so that a table that is missing, has another key, denies access or cannot be reached is
/// told at the start. Errors: each one line that says what to do. Lifetime: the clock outlives the store.
Result<std::unique_ptr<DynamoDbStore>> open(const Address& address, const Environment& environment, const Clock& clock,
                                            const counter::Counter& counter);

}  // namespace vc::store::dynamodb
