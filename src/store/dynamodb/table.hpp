// Making a table for counters, and looking at one.
#pragma once

#include <string>

#include "base/result.hpp"
#include "store/dynamodb/address.hpp"
#include "store/dynamodb/link.hpp"
#include "store/dynamodb/timeline.hpp"

namespace vc::store::dynamodb {

/// Makes the table and waits until it can be used: on-demand, keyed by `counter_id`; where the engine has them,
/// protected from deletion and with the expiry of previews. A table that is there already is left as it is. What was
/// done, a line each.
Result<std::string> create_table(Link& link, const Address& address, Timeline& timeline);

/// Whether a counter can live in the table: it is there, active, and keyed by `counter_id` alone. What was found, a
/// line each. Errors: it cannot, and why.
Result<std::string> check_table(Link& link, const Address& address, Timeline& timeline);

}  // namespace vc::store::dynamodb
