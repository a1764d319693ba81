// Whether a write-ahead log has lost commits that were durable: SQLite cannot tell, and goes on without them.
#pragma once

#include <string_view>

namespace vc::store::sqlite {

/// SQLite ends its recovery at the first frame that is not whole, as after a power cut. That may be the commit that was
/// being written, or the one before it; there is only one at a time, and the log's header is durable before any. So the
/// log is damaged if its header is, or if two commits stand behind the frame that is not whole.
/// Damage in the last two commits looks like a power cut and is not noticed. Cost: a pass over the bytes.
///
/// Format: https://sqlite.org/fileformat2.html#the_write_ahead_log
bool is_damaged_log(std::string_view log);

}  // namespace vc::store::sqlite
