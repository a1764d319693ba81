#include "store/dynamodb/open.hpp"

#include "aws/credential_chain.hpp"
#include "aws/https_client.hpp"
#include "store/dynamodb/table.hpp"
#include "store/dynamodb/trouble.hpp"

namespace vc::store::dynamodb {
namespace {

using counter::StoreError;

/// The table was reached, and refuses to be read. Its description may tell more: another key.
std::unexpected<Error> look_closer(const Address& address, const Environment& environment, const Clock& clock,
                                   const StoreError& error) {
  auto link = connect(address, environment, clock);
  if (!link) return std::unexpected(link.error());
  RealTimeline timeline;
  if (const auto checked = check_table(*link, address, timeline); !checked) {
    return fail("{} ({})", checked.error().message, error.detail);
  }
  return trouble(address, error);
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
  const auto record = store->read(counter, clock.now());
  if (record) return store;
  if (record.error().fault == counter::StoreFault::storage) {
    return look_closer(address, environment, clock, record.error());
  }
  return trouble(address, record.error());
}

}  // namespace vc::store::dynamodb
