#include "http/chunk_scanner.hpp"

#include "base/text.hpp"

namespace vc::http {
namespace {

constexpr std::size_t size_digits_max = 16;  // of 64 bits

std::string_view digits_of(std::string_view line) {
  std::size_t count = 0;
  while (count < line.size() && is_hex_digit(line[count])) ++count;
  return line.substr(0, count);
}

bool is_size_line(std::string_view line) {
  const std::string_view digits = digits_of(line);
  if (digits.empty() || digits.size() > size_digits_max) return false;
  const std::string_view extensions = line.substr(digits.size());
  return (extensions.empty() || extensions.starts_with(';')) &&
         extensions.find_first_of(" \t") == std::string_view::npos;
}

bool is_last(std::string_view size_line) {
  return digits_of(size_line).find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

std::optional<std::size_t> ChunkScanner::scan(std::string_view bytes) {
  for (; seen_ < bytes.size(); ++seen_) {
    if (!is_control(bytes[seen_])) continue;
    if (bytes[seen_] != '\r') return std::nullopt;
    if (seen_ + 1 == bytes.size()) return 0;  // seen again, with what follows
    if (bytes[seen_ + 1] != '\n') return std::nullopt;

    const std::string_view line = bytes.substr(line_start_, seen_ - line_start_);
    const std::size_t size = seen_ + 2;
    const bool whole = line_ == Line::trailer ? line.empty() : line_ == Line::size && !is_last(line);
    if (!take(line)) return std::nullopt;
    if (whole) {
      *this = {};
      line_ = Line::data_end;
      return size;
    }
    line_start_ = size;
    ++seen_;
  }
  return 0;
}

bool ChunkScanner::take(std::string_view line) {
  if (line_ == Line::data_end) {
    line_ = Line::size;
    return line.empty();
  }
  if (line_ == Line::size) {
    line_ = Line::trailer;
    return is_size_line(line);
  }
  return !line.starts_with(' ') && !line.starts_with('\t');
}

}  // namespace vc::http
