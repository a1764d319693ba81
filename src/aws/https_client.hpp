// The one client for what this program asks of others: HTTP/1.1 over TLS, or without it where the address says so.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "aws/http.hpp"
#include "aws/url.hpp"
#include "base/result.hpp"
#include "limits.hpp"

namespace vc::aws {

/// Keeps one connection, for a limited time and age; never sends a request twice, follows no redirect, knows no proxy,
/// and verifies certificate and host name. An answer whose body is too long is a failure. Addresses that were once
/// resolved are used on when the resolver fails.
///
/// Thread: one at a time. The destructor waits for a lookup that the resolver has not given up yet.
class HttpsClient final : public HttpClient {
 public:
  struct Options {
    Url server;
    std::string ca_file;  // empty: the system's
    std::chrono::milliseconds connect_deadline = limits::aws_connect_deadline;
    std::chrono::milliseconds idle_max = limits::aws_connection_idle_max;
    std::chrono::milliseconds age_max = limits::aws_connection_age_max;
    std::size_t answer_bytes_max = limits::aws_answer_bytes_max;
  };

  /// Connects to nothing yet. Errors: no file of certificates, or one that cannot be read.
  static Result<std::unique_ptr<HttpsClient>> make(Options options);
  ~HttpsClient() override;

  HttpResult send(const HttpRequest& request, SteadyTime deadline) override;

 private:
  class Wire;
  explicit HttpsClient(std::unique_ptr<Wire> wire);

  std::unique_ptr<Wire> wire_;
};

}  // namespace vc::aws
