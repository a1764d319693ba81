#include "store/dynamodb/open.hpp"

#include "aws/credential_chain.hpp"
#include "aws/https_client.hpp"

namespace vc::store::dynamodb {
namespace {

using counter::StoreError;
using counter::StoreFault;

std::unexpected<Error> told(const Address& address, const StoreError& error) {
  switch (error.fault) {
    case StoreFault::table_not_found:
      return fail("there is no table {} ({}); `visitor-counter table create` makes it", address.table, text(address));
    case StoreFault::access_denied: return fail("no access to the table {}: {}", address.table, error.detail);
    case StoreFault::storage:
      return fail("the table {} refuses to be read: {}; `visitor-counter table check` looks closer", address.table,
                  error.detail);
    default: return fail("the table {} does not answer: {}", address.table, error.detail);
  }
}

}  // namespace

Result<Link> connect(const Address& address, const Environment& environment, const Clock& clock) {
  aws::CredentialChain credentials(environment);
  const auto region = address.region.empty() ? credentials.region() : Result<std::string>(address.region);
  if (!region) return std::unexpected(region.error());
  auto endpoint = endpoint_of(address, *region, environment);
  if (!endpoint) return std::unexpected(endpoint.error());
  const std::string host = endpoint->authority();
  auto client = aws::HttpsClient::make(
      {.server = std::move(*endpoint), .ca_file = std::string(variable(environment, "AWS_CA_BUNDLE"))});
  if (!client) return std::unexpected(client.error());
  return Link(std::move(*client), {.host = host, .region = *region}, std::move(credentials), clock);
}

Result<std::unique_ptr<DynamoDbStore>> open(const Address& address, const Environment& environment, const Clock& clock,
                                            const counter::Counter& counter) {
  auto link = connect(address, environment, clock);
  if (!link) return std::unexpected(link.error());
  auto store = std::make_unique<DynamoDbStore>(DynamoDbStore::Options{address.table, address.engine, address.timeout},
                                               std::move(*link), std::make_shared<RealTimeline>(), Random());
  if (const auto record = store->read(counter, clock.now()); !record) return told(address, record.error());
  return store;
}

}  // namespace vc::store::dynamodb
