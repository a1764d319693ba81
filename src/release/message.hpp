// What two processes of this program say to each other, and an operator's command to one of them, about who has the
// store. docs/releases.md has the conversation.
//
// A message is one datagram: a byte for the version of this list, a byte for what it says, eight for a number (least
// significant first), the rest is text. Descriptors travel beside it (channel.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "limits.hpp"

namespace vc::release {

/// Raised when what stands below changes its meaning. Two versions that differ hand nothing over.
inline constexpr std::uint8_t message_version = 1;

enum class Says : std::uint8_t {
  // A process that finds the store owned, and the owner.
  join,     // number: the newest schema it knows; text: STAGE VERSION; its pidfd
  welcome,  // text: STAGE VERSION; its pidfd
  refused,  // text: why
  // A hand-over, from the owner to the standby.
  prepare,     // number: the count; a copy of the store is laid out
  connection,  // number: of which listener; text: what has been read of it and not used; the connection
  take,        // number: the count; the listeners, the control socket and the lock
  ask_health,
  // And back.
  ready,
  unfit,   // text: why
  opened,  // from here on it serves
  failed,  // text: why it does not; it has let go of all that it got
  well,
  unwell,  // text: why
  // An operator's command, and the owner.
  status,    // text of the answer: JSON
  promote,   // number: seconds to watch; text: STAGE
  rollback,  // number: seconds to watch
  progress,  // text: one line
  done,      // text: one line
  // A standby that was told to end: it needs the store no more.
  goodbye,
};
inline constexpr Says last_said = Says::goodbye;

struct Message {
  Says says{};
  std::uint64_t number = 0;
  std::string text;
  friend bool operator==(const Message&, const Message&) = default;
};

inline Message message(Says says, std::string text = {}, std::uint64_t number = 0) {
  return {.says = says, .number = number, .text = std::move(text)};
}

/// Requires: text <= limits::release_text_bytes_max.
std::string encode(const Message& message);

/// Errors: of another version, none of those above, too short, too long.
Result<Message> decode(std::string_view datagram);

/// Of join and welcome.
struct Release {
  std::string stage;  // or the colour, where it has one
  std::string version;
};
std::string text(const Release& release);
/// Errors: not a stage, a blank and a version of visible characters.
Result<Release> parse_release(std::string_view text);

}  // namespace vc::release
