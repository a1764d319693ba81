// Who a request comes from, and a bucket for each of them.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <span>

#include "base/ip_address.hpp"
#include "gateway/throttle.hpp"
#include "http/message.hpp"

namespace vc::gateway {

/// The peer of the connection. If it is a trusted proxy, the right-most address in X-Forwarded-For that is none: what
/// stands left of it anybody may have written. What is no address there is not believed, nor what is left of it.
IpAddress client_of(const http::Request& request, std::span<const IpNetwork> trusted_proxies);

/// Memory is bounded: where there are too many clients, the one that was silent longest begins anew.
class ClientBuckets final {
 public:
  ClientBuckets(const Throttle& throttle, std::size_t clients_max) : throttle_(throttle), clients_max_(clients_max) {}
  ClientBuckets(const ClientBuckets&) = delete;
  ClientBuckets& operator=(const ClientBuckets&) = delete;
  ~ClientBuckets() = default;

  /// Addresses of IPv6 that share limits::client_prefix_bits are one client. Lifetime: until the next call.
  TokenBucket& of(const IpAddress& client, SteadyTime now);

  /// From now on, for all.
  void change(const Throttle& throttle, SteadyTime now);

  std::size_t size() const { return by_address_.size(); }

 private:
  struct Client {
    IpAddress address;
    TokenBucket bucket;
  };

  Throttle throttle_;
  const std::size_t clients_max_;
  std::list<Client> clients_;  // the last to be heard of in front
  // Ordered, not hashed: clients choose their addresses.
  std::map<IpAddress, std::list<Client>::iterator> by_address_;
};

}  // namespace vc::gateway
