// What an operator is told of a table that cannot be used.
#pragma once

#include "base/result.hpp"
#include "counter/store.hpp"
#include "store/dynamodb/address.hpp"

namespace vc::store::dynamodb {

/// One line: what is wrong, and what to do where that is known.
std::unexpected<Error> trouble(const Address& address, const counter::StoreError& error);

}  // namespace vc::store::dynamodb
