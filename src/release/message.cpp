#include "release/message.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace vc::release {
namespace {

constexpr std::size_t number_bytes = sizeof(std::uint64_t);

bool is_word(std::string_view text) {
  const auto visible = [](char c) { return c > ' ' && c < '\x7F'; };
  return !text.empty() && text.size() <= limits::release_word_chars_max && std::ranges::all_of(text, visible);
}

}  // namespace

std::string encode(const Message& message) {
  check(message.text.size() <= limits::release_text_bytes_max, "a message of ours fits its datagram");
  std::string datagram;
  datagram.reserve(limits::release_head_bytes + message.text.size());
  datagram.push_back(static_cast<char>(message_version));
  datagram.push_back(static_cast<char>(message.says));
  for (std::size_t i = 0; i < number_bytes; ++i) datagram.push_back(static_cast<char>(message.number >> (8 * i)));
  return datagram + message.text;
}

Result<Message> decode(std::string_view datagram) {
  if (datagram.size() < limits::release_head_bytes) return fail("a message of {} bytes is none", datagram.size());
  if (datagram.size() > limits::release_head_bytes + limits::release_text_bytes_max)
    return fail("a message is too long");
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(datagram[at]); };
  if (byte(0) != message_version) {
    return fail("the other release speaks version {} of the protocol, this one {}", byte(0), message_version);
  }
  if (byte(1) > static_cast<std::uint8_t>(last_said)) return fail("there is no message {}", byte(1));
  Message message{.says = static_cast<Says>(byte(1)), .number = 0, .text = {}};
  for (std::size_t i = 0; i < number_bytes; ++i) message.number |= std::uint64_t{byte(2 + i)} << (8 * i);
  message.text = datagram.substr(limits::release_head_bytes);
  return message;
}

std::string text(const Release& release) { return release.stage + " " + release.version; }

Result<Release> parse_release(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos || !is_word(text.substr(0, blank)) || !is_word(text.substr(blank + 1))) {
    return fail("a release that does not say what it is");
  }
  return Release{.stage = std::string(text.substr(0, blank)), .version = std::string(text.substr(blank + 1))};
}

}  // namespace vc::release
