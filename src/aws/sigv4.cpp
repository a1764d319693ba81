#include "aws/sigv4.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "base/check.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"

namespace vc::aws {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string_view view(const Sha256& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

Sha256 hmac(std::string_view key, std::string_view text) {
  Sha256 digest;
  unsigned int size = 0;
  const auto* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(), digest.data(), &size);
  check(done != nullptr && size == digest.size(), "HMAC-SHA-256 works");
  return digest;
}

/// Without the blanks around it, and one blank for several.
std::string collapsed(std::string_view text) {
  std::string collapsed;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) collapsed.push_back(c);
    if (blank && !collapsed.empty() && collapsed.back() != ' ') collapsed.push_back(' ');
  }
  if (collapsed.ends_with(' ')) collapsed.pop_back();
  return collapsed;
}

/// `20261122T184000Z`
std::string amz_date(WallTime now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

struct CanonicalHeaders {
  std::string lines;  // `name:value\n`, sorted
  std::string names;  // `a;b;c`
};

CanonicalHeaders canonical_headers(const HttpRequest& request, std::string_view host) {
  std::map<std::string, std::string> sorted = {{"host", std::string(host)}};
  for (const Header& header : request.headers) sorted.emplace(lower_case(header.name), collapsed(header.value));
  check(sorted.size() == request.headers.size() + 1, "the names of signed headers are distinct");
  CanonicalHeaders headers;
  for (const auto& [name, value] : sorted) {
    headers.lines.append(name).append(":").append(value).append("\n");
    headers.names.append(headers.names.empty() ? "" : ";").append(name);
  }
  return headers;
}

std::string canonical_request(const HttpRequest& request, const CanonicalHeaders& headers) {
  const auto query = request.target.find('?');
  const bool has_query = query != std::string::npos;
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.target.substr(0, query),
                     has_query ? request.target.substr(query + 1) : "", headers.lines, headers.names,
                     hex(sha256(request.body)));
}

Sha256 signing_key(const Credentials& credentials, std::string_view day, const Scope& scope) {
  const Sha256 of_day = hmac("AWS4" + credentials.secret_access_key.reveal(), day);
  const Sha256 of_region = hmac(view(of_day), scope.region);
  const Sha256 of_service = hmac(view(of_region), scope.service);
  return hmac(view(of_service), "aws4_request");
}

}  // namespace

void sign(HttpRequest& request, std::string_view host, const Scope& scope, const Credentials& credentials,
          WallTime now) {
  const std::string date = amz_date(now);
  request.headers.push_back({"X-Amz-Date", date});
  if (const Secret& token = credentials.session_token; !token.empty()) {
    request.headers.push_back({"X-Amz-Security-Token", token.reveal()});
  }
  const CanonicalHeaders headers = canonical_headers(request, host);
  const std::string_view day = std::string_view(date).substr(0, 8);
  const std::string scope_text = fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", algorithm, date, scope_text, hex(sha256(canonical_request(request, headers))));
  const std::string signature = hex(hmac(view(signing_key(credentials, day, scope)), to_sign));
  request.headers.push_back(
      {"Authorization", fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", algorithm,
                                    credentials.access_key_id, scope_text, headers.names, signature)});
}

}  // namespace vc::aws
