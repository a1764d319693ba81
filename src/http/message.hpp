// Requests and responses as values. What they hold is borrowed: a request from its connection's buffer, a response's
// header values from whoever made them.
#pragma once

#include <fmt/format.h>
#include <boost/container/static_vector.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/ip_address.hpp"
#include "base/text.hpp"

namespace vc::http {

struct Header {
  std::string_view name;
  std::string_view value;
};

/// Whether two field names or tokens are the same; ASCII letters of either case.
bool same_token(std::string_view a, std::string_view b);

/// The fields of a request, looked up where they lie: `Name: value` CRLF, one after the other, already validated.
class Fields final {
 public:
  Fields() = default;
  explicit Fields(std::string_view block) : block_(block) {}

  /// The value without surrounding blanks; nullopt if the field is absent.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;

  /// Calls `visit` with each value of the field, without surrounding blanks, in their order.
  template <class Visitor>
  void for_each(std::string_view name, Visitor visit) const {
    std::string_view rest = block_;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find("\r\n"));
      rest.remove_prefix(std::min(line.size() + 2, rest.size()));
      if (line.size() <= name.size() || line[name.size()] != ':') continue;
      if (same_token(line.substr(0, name.size()), name)) visit(trimmed(line.substr(name.size() + 1)));
    }
  }

 private:
  std::string_view block_;
};

/// Lifetime: until the connection that parsed it has been answered.
struct Request {
  std::string_view method;  // as sent: case matters
  std::string_view path;    // percent-encoded, without the query; "*" or an authority where the method has such
  std::string_view query;   // without the question mark
  Fields fields;
  std::string_view body;  // empty where the server keeps no bodies
  IpAddress peer{};       // whose connection it came over
};

struct Response {
  explicit Response(int status_code) : status(status_code) {}

  int status;
  boost::container::static_vector<Header, 24> headers;
  fmt::basic_memory_buffer<char, 512> body;

  void header(std::string_view name, std::string_view value) { headers.push_back({name, value}); }
  void text(std::string_view text) { body.append(text); }
};

/// `OK`, `Forbidden`, … (RFC 9110 §15).
std::string_view reason_phrase(int status);

}  // namespace vc::http
