#include "gateway/ids.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/append.hpp"
#include "base/text.hpp"

namespace vc::gateway {
namespace {

// 11 bytes are 14 digits of 6 bits, one of 4 bits and 2 zeros, and a pad.
ExtendedId extended_id(Random& random) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  ExtendedId id;
  std::uint64_t bits = random.bits();
  for (std::size_t i = 0; i < 15; ++i) {
    if (i == 10) bits = random.bits();
    id.at(i) = digits[i == 14 ? bits & 0x3C : bits & 0x3F];
    bits >>= 6;
  }
  id.back() = '=';
  return id;
}

bool lower_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

/// An id that both formats forbid.
bool all_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

TraceId trace_id(std::string_view seconds, std::string_view rest) {
  TraceId id;
  put(id.data(), "Root=1-", seconds, "-", rest);
  return id;
}

/// `Root=1-<8 hex digits>-<24 hex digits>`, and other members around it, which end here.
std::optional<TraceId> amazon_trace(std::string_view header) {
  static constexpr std::string_view root = "Root=1-";
  for (;;) {
    const std::string_view member = trimmed(header.substr(0, header.find(';')));
    if (member.starts_with("Root=")) {
      if (member.size() != TraceId().size() || !member.starts_with(root)) return std::nullopt;
      const std::string_view seconds = member.substr(root.size(), 8);
      const std::string_view rest = member.substr(root.size() + 9);
      if (member[root.size() + 8] != '-' || !lower_hex(seconds) || !lower_hex(rest)) return std::nullopt;
      return trace_id(seconds, rest);
    }
    if (header.find(';') == std::string_view::npos) return std::nullopt;
    header.remove_prefix(header.find(';') + 1);
  }
}

/// `<2: version>-<32: trace>-<16: parent>-<2: flags>` in hex digits. A later version may have more behind a dash.
std::optional<TraceId> w3c_trace(std::string_view header) {
  constexpr std::size_t size = 55;
  if (header.size() < size || header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
  const std::string_view version = header.substr(0, 2);
  const std::string_view trace = header.substr(3, 32);
  const std::string_view parent = header.substr(36, 16);
  for (const std::string_view part : {version, trace, parent, header.substr(53, 2)}) {
    if (!lower_hex(part)) return std::nullopt;
  }
  const bool as_long_as_it_may_be = header.size() == size || (version != "00" && header[size] == '-');
  if (version == "ff" || all_zero(trace) || all_zero(parent) || !as_long_as_it_may_be) return std::nullopt;
  return trace_id(trace.substr(0, 8), trace.substr(8));
}

std::optional<TraceId> given_trace(const http::Fields& fields) {
  std::optional<TraceId> trace;
  if (const auto header = fields.find("X-Amzn-Trace-Id")) trace = amazon_trace(*header);
  if (trace) return trace;
  if (const auto header = fields.find("traceparent")) trace = w3c_trace(*header);
  return trace;
}

}  // namespace

Ids make_ids(Random& random, WallTime now, const http::Fields& fields) {
  const auto given = given_trace(fields);
  return {.request_id = random.uuid(),
          .extended_id = extended_id(random),
          .trace_id = given ? *given : random.trace_id(now)};
}

}  // namespace vc::gateway
