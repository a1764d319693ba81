// TLS 1.2 and 1.3 on sockets that do not block. No client certificates, no renegotiation; and no resumption, so that no
// key outlives a connection.
#pragma once

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace vc::http {

/// In PEM form: the certificate, behind it those that lead to its issuer, and its key without a password.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

/// What a listener shows its clients and agrees to with them. Constant; copies share it. Thread: any.
class TlsContext final {
 public:
  /// Errors: a file that cannot be read or used, a key that is not the certificate's; the message names the file.
  static Result<TlsContext> load(const TlsFiles& files);

 private:
  friend class TlsSession;

  TlsContext();
  Result<void> use(const TlsFiles& files);

  std::shared_ptr<ssl_ctx_st> context_;
};

/// The context that new connections get. Thread: any.
class CurrentTls final {
 public:
  explicit CurrentTls(TlsContext context) : context_(std::move(context)) {}

  TlsContext get() const {
    const std::lock_guard lock(mutex_);
    return context_;
  }
  void replace(TlsContext fresh) {
    const std::lock_guard lock(mutex_);
    context_ = std::move(fresh);
  }

 private:
  mutable std::mutex mutex_;
  TlsContext context_;
};

/// One connection's side of it. Each step does what it can without waiting; `would_block` says that the socket is not
/// ready for more, `eof` that the client has said goodbye. After any other error there are no more steps.
/// Thread: one. Lifetime: the socket outlives it and stays open.
class TlsSession final {
 public:
  TlsSession(const TlsContext& context, int socket);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  /// Says goodbye.
  ~TlsSession();

  using ErrorCode = boost::system::error_code;

  ErrorCode handshake();
  std::size_t read(std::span<char> to, ErrorCode& error);
  /// Gives how many bytes it took. After `would_block` the next write begins with those that it did not take.
  std::size_t write(std::string_view bytes, ErrorCode& error);
  /// Tells the client that nothing more comes, if a handshake has been made. Once.
  void say_goodbye();

  /// For what a step that would block waits: that the socket can be written. Else: that it can be read.
  bool waits_to_write() const;
  /// Whether a handshake or a record has begun to arrive and is not complete.
  /// Requires: the last step would have blocked.
  bool midway() const;

 private:
  ErrorCode outcome(int result);

  ssl_st* ssl_;
  bool usable_ = true;
};

}  // namespace vc::http
