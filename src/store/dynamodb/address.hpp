// The address of a table: `dynamodb://TABLE?region=NAME&endpoint=URL&engine=NAME&timeout=SECONDS`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "aws/url.hpp"
#include "base/environment.hpp"
#include "base/result.hpp"
#include "limits.hpp"
#include "store/dynamodb/requests.hpp"

namespace vc::store::dynamodb {

struct Address {
  std::string table;
  std::string region;                // empty: where the AWS tools have it
  std::optional<aws::Url> endpoint;  // likewise
  Engine engine = Engine::dynamodb;
  std::chrono::seconds timeout = limits::dynamodb_deadline;  // of a batch of visits
};

/// Errors: another form, an unknown name or value, a table's or region's name that none can have.
Result<Address> parse_address(std::string_view text);

std::string text(const Address& address);

/// The address's own, AWS_ENDPOINT_URL_DYNAMODB or AWS_ENDPOINT_URL (unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is
/// true), else AWS's in the region. Errors: a variable that is no URL, a region
/// that none can be.
Result<aws::Url> endpoint_of(const Address& address, const std::string& region, const Environment& environment);

}  // namespace vc::store::dynamodb
