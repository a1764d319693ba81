// Requests and responses as values. A request borrows from its connection's buffer; a response owns what it says.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/append.hpp"
#include "base/ip_address.hpp"
#include "base/text.hpp"

namespace vc::http {

/// Whether two field names or tokens are the same; ASCII letters of either case.
bool same_token(std::string_view a, std::string_view b);

/// The fields of a message, looked up where they lie: `Name: value` CRLF, one after the other, already validated.
class Fields final {
 public:
  Fields() = default;
  explicit Fields(std::string_view block) : block_(block) {}

  /// The value without surrounding blanks; nullopt if the field is absent.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;

  /// Calls `visit` with each name and its value, without surrounding blanks, in their order.
  template <class Visitor>
  void for_each(Visitor visit) const {
    for (std::string_view rest = block_; !rest.empty();) {
      const std::string_view line = take_line(rest);
      const auto colon = line.find(':');
      visit(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }
  }

  /// Calls `visit` with each value of the field, without surrounding blanks, in their order.
  template <class Visitor>
  void for_each(std::string_view name, Visitor visit) const {
    for (std::string_view rest = block_; !rest.empty();) {
      const std::string_view line = take_line(rest);
      if (line.size() <= name.size() || line[name.size()] != ':') continue;
      if (same_token(line.substr(0, name.size()), name)) visit(trimmed(line.substr(name.size() + 1)));
    }
  }

 private:
  static std::string_view take_line(std::string_view& rest) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(line.size() + 2, rest.size()));
    return line;
  }

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
  fmt::basic_memory_buffer<char, 1024> head;  // its fields, as they are sent
  fmt::basic_memory_buffer<char, 512> body;

  void header(std::string_view name, std::string_view value) {
    const std::size_t before = head.size();
    head.resize(before + name.size() + value.size() + 4);
    put(head.data() + before, name, ": ", value, "\r\n");
  }
  Fields fields() const { return Fields({head.data(), head.size()}); }

  void text(std::string_view text) { body.append(text); }
};

/// `OK`, `Forbidden`, … (RFC 9110 §15).
std::string_view reason_phrase(int status);

}  // namespace vc::http
