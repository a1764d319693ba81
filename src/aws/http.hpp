// HTTP as this program asks of others: one request, one answer, and an honest word about what may have been sent.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace vc::aws {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Header {
  std::string name;
  std::string value;
};

/// Without `Host` and `Content-Length`: the client sets them. Requires: no line breaks in the header's names and
/// values.
struct HttpRequest {
  std::string method;
  std::string target;
  std::vector<Header> headers;
  std::string body;
};

struct HttpResponse {
  int status = 0;
  std::vector<Header> headers;
  std::string body;

  /// The first value of a header, its name in any case; empty if there is none.
  std::string_view header(std::string_view name) const;
};

/// What the server may have seen of a request that got no answer.
enum class Sent { nothing, perhaps };

enum class HttpTrouble { timeout, connection, answer };

struct HttpFailure {
  Sent sent = Sent::nothing;
  HttpTrouble trouble = HttpTrouble::connection;
  std::string detail;  // for the log; never what was sent
};

using HttpResult = Result<HttpResponse, HttpFailure>;

/// One server that is asked. Thread: one at a time.
class HttpClient {
 public:
  HttpClient() = default;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  virtual ~HttpClient() = default;

  /// Sends the request at most once, and blocks until the answer is there or the deadline has passed. Redirects are
  /// answers.
  virtual HttpResult send(const HttpRequest& request, SteadyTime deadline) = 0;
};

}  // namespace vc::aws
