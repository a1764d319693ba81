// What another process says about who has the store.
//
// Input: a datagram. Beliefs: what is understood is what was said, to the byte, and within its bounds; what is not is
// refused with one line; a release is two words that a log line can have.

#include <string>

#include "fuzz/fuzzing.hpp"
#include "limits.hpp"
#include "release/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vc;
  const std::string_view datagram = fuzz::text_of(data, size);
  const auto message = release::decode(datagram);
  if (!message) {
    check(fuzz::is_one_line(message.error().message), "a refusal is one line");
    return 0;
  }
  check(release::encode(*message) == datagram, "what is understood is what was said");
  check(message->text.size() <= limits::release_text_bytes_max, "a text has its bound");
  if (const auto release = release::parse_release(message->text)) {
    check(release::text(*release) == message->text, "a release is what it says");
    check(fuzz::is_one_line(release->stage) && fuzz::is_one_line(release->version), "its words can be shown");
  }
  return 0;
}
