#include "http/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <system_error>

#include "base/check.hpp"

namespace vc::http {
namespace {

namespace failure = boost::asio::error;

/// Of TLS 1.2: forward secrecy and authenticated encryption. Those of 1.3 are all good.
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";

/// The cause that OpenSSL names first: what follows are its consequences.
std::string openssl_words() {
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  const char* words = ERR_reason_error_string(code);
  return words != nullptr ? words : "unknown reason";
}

/// We speak HTTP/1.1, and nothing else to a client that lists what it speaks (RFC 7301).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  static constexpr std::array<unsigned char, 9> ours = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* common = nullptr;
  if (SSL_select_next_proto(&common, chosen_size, ours.data(), ours.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = common;
  return SSL_TLSEXT_ERR_OK;
}

/// OpenSSL would ask for it on the terminal.
int no_password(char*, int, int, void*) { return -1; }

int length(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max())); }

}  // namespace

TlsContext::TlsContext() : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  check(context_ != nullptr, "OpenSSL has memory");
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_security_level(context, 2);  // 112 bits: no RSA key below 2048
  check(SSL_CTX_set_cipher_list(context, ciphers) == 1, "OpenSSL knows our ciphers");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_read_ahead(context, 1);  // one read for a record instead of two
  // Else one that sends records without data, such as new keys, would be read as long as it sends, and nobody else.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  // An idle connection keeps no buffers of 16 KiB; what the kernel did not take may be offered from another place.
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_password);
}

Result<TlsContext> TlsContext::load(const TlsFiles& files) {
  TlsContext context;
  if (auto used = context.use(files); !used) return std::unexpected(used.error());
  return context;
}

Result<void> TlsContext::use(const TlsFiles& files) {
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context_.get(), files.certificate.c_str()) != 1) {
    return fail("cannot use the certificate in {}: {}", files.certificate, openssl_words());
  }
  if (SSL_CTX_use_PrivateKey_file(context_.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context_.get()) != 1) {  // a key of another algorithm has been taken
    return fail("cannot use the key in {} for the certificate in {}: {}", files.key, files.certificate,
                openssl_words());
  }
  return {};
}

TlsSession::TlsSession(const TlsContext& context, int socket) : ssl_(SSL_new(context.context_.get())) {
  check(ssl_ != nullptr && SSL_set_fd(ssl_, socket) == 1, "OpenSSL has memory");
  SSL_set_accept_state(ssl_);
}

TlsSession::~TlsSession() {
  say_goodbye();
  SSL_free(ssl_);
}

TlsSession::ErrorCode TlsSession::handshake() {
  ERR_clear_error();
  return outcome(SSL_do_handshake(ssl_));
}

std::size_t TlsSession::read(std::span<char> to, ErrorCode& error) {
  ERR_clear_error();
  const int size = SSL_read(ssl_, to.data(), length(to.size()));
  error = outcome(size);
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

std::size_t TlsSession::write(std::string_view bytes, ErrorCode& error) {
  std::size_t taken = 0;
  error = {};
  while (!error && taken < bytes.size()) {
    ERR_clear_error();
    const int size = SSL_write(ssl_, bytes.data() + taken, length(bytes.size() - taken));
    error = outcome(size);
    if (size > 0) taken += static_cast<std::size_t>(size);
  }
  return taken;
}

void TlsSession::say_goodbye() {
  if (!usable_ || SSL_in_init(ssl_) != 0 || (SSL_get_shutdown(ssl_) & SSL_SENT_SHUTDOWN) != 0) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
}

bool TlsSession::waits_to_write() const { return SSL_want_write(ssl_); }

bool TlsSession::midway() const {
  const bool shaking_hands = SSL_in_init(ssl_) != 0 && SSL_get_state(ssl_) != TLS_ST_BEFORE;
  return shaking_hands || SSL_has_pending(ssl_) != 0;
}

TlsSession::ErrorCode TlsSession::outcome(int result) {
  if (result > 0) return {};
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return failure::would_block;
    case SSL_ERROR_ZERO_RETURN: return failure::eof;
    default: usable_ = false; return failure::connection_aborted;
  }
}

}  // namespace vc::http
