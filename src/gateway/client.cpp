#include "gateway/client.hpp"

#include <algorithm>
#include <optional>
#include <ranges>

#include "base/text.hpp"
#include "limits.hpp"

namespace vc::gateway {
namespace {

bool contains(std::span<const IpNetwork> networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace

// Read from the left: the last one who is not trusted stays, and what is no address makes all before it void.
IpAddress client_of(const http::Request& request, std::span<const IpNetwork> trusted_proxies) {
  if (!contains(trusted_proxies, request.peer)) return request.peer;
  std::optional<IpAddress> client;
  request.fields.for_each("X-Forwarded-For", [&](std::string_view list) {
    for (const auto part : std::views::split(list, ',')) {
      const auto address = parse_ip_address(trimmed(std::string_view(part.begin(), part.end())));
      if (!address || !client || !contains(trusted_proxies, *address)) client = address;
    }
  });
  return client.value_or(request.peer);
}

TokenBucket& ClientBuckets::of(const IpAddress& client, SteadyTime now) {
  const IpAddress address = client.is_v4() ? client : masked(client, limits::client_prefix_bits);
  const auto known = by_address_.find(address);
  if (known != by_address_.end()) {
    clients_.splice(clients_.begin(), clients_, known->second);
  } else {
    if (by_address_.size() >= clients_max_) {
      by_address_.erase(clients_.back().address);
      clients_.pop_back();
    }
    clients_.push_front({.address = address, .bucket = TokenBucket(throttle_, now)});
    by_address_.emplace(address, clients_.begin());
  }
  return clients_.front().bucket;
}

void ClientBuckets::change(const Throttle& throttle, SteadyTime now) {
  throttle_ = throttle;
  for (Client& client : clients_) client.bucket.change(throttle, now);
}

}  // namespace vc::gateway
