// From an operation and its body to what the answer means: signed, sent, read. The only place that touches the network.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "aws/credential_chain.hpp"
#include "aws/http.hpp"
#include "base/clock.hpp"
#include "store/dynamodb/reply.hpp"

namespace vc::store::dynamodb {

/// Thread: one at a time.
class Link final {
 public:
  struct Options {
    std::string host;  // as the client says it in `Host`
    std::string region;
  };

  /// Lifetime: the clock outlives it.
  Link(std::unique_ptr<aws::HttpClient> client, Options options, aws::CredentialChain credentials, const Clock& clock)
      : client_(std::move(client)), options_(std::move(options)), credentials_(std::move(credentials)), clock_(clock) {}

  /// `UpdateItem`, `GetItem`, … A request that is refused for its signature is signed once more, with a key that was
  /// looked up again and with the server's time.
  Reply ask(std::string_view operation, const std::string& body, aws::SteadyTime deadline);

 private:
  aws::HttpRequest signed_request(std::string_view operation, const std::string& body,
                                  const aws::Credentials& credentials) const;
  void learn_time(std::string_view date);

  std::unique_ptr<aws::HttpClient> client_;
  const Options options_;
  aws::CredentialChain credentials_;
  const Clock& clock_;
  std::chrono::milliseconds ahead_ =
      std::chrono::milliseconds::zero();  // of our clock: the server's, where it has refused ours
};

}  // namespace vc::store::dynamodb
