// Finds the parts of a chunked body (RFC 9112 §7.1) that are lines, so that the parser sees each only once it is whole.
//
//     chunk      = size [ ";" extensions ] CRLF data CRLF
//     last-chunk = 1*"0" [ ";" extensions ] CRLF *( trailer CRLF ) CRLF
//
// Line ends are CRLF and nothing else; sizes have at most 16 digits; there are no blanks in a chunk's line, no folded
// trailers and no control bytes, quoted or not. The rest of the grammar is the parser's.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace vc::http {

class ChunkScanner final {
 public:
  /// The size of what stands at the front of `bytes`: the CRLF that ends the last chunk's data, the next chunk's line,
  /// and behind the last one all trailers and the empty line. 0 if it is not complete; nullopt if it is malformed.
  /// Requires: `bytes` is what the last call saw, and more, unless that found something.
  std::optional<std::size_t> scan(std::string_view bytes);

 private:
  enum class Line { data_end, size, trailer };

  /// Whether the line is as it should be; goes on to the next.
  bool take(std::string_view line);

  Line line_ = Line::size;  // in front of the first chunk no data ends
  std::size_t line_start_ = 0;
  std::size_t seen_ = 0;
};

}  // namespace vc::http
