#include "store/dynamodb/retries.hpp"

#include <algorithm>

namespace vc::store::dynamodb {

using std::chrono::milliseconds;

void Retries::succeeded() { budget_ = std::min(budget_ + 1, limits::dynamodb_retry_budget); }

std::optional<milliseconds> Retries::next(Verdict verdict, int attempt) {
  const bool again = verdict == Verdict::not_sent || verdict == Verdict::throttled || verdict == Verdict::unclear;
  const int cost = verdict == Verdict::unclear ? limits::dynamodb_lost_cost : limits::dynamodb_refused_cost;
  if (!again || attempt >= limits::dynamodb_retries_max || budget_ < cost) return std::nullopt;
  budget_ -= cost;
  const milliseconds base =
      verdict == Verdict::throttled ? limits::dynamodb_throttled_pause : limits::dynamodb_first_pause;
  const milliseconds bound = std::min(base * (1 << attempt), milliseconds(limits::dynamodb_pause_max));
  return milliseconds(random_.bits() % (static_cast<std::uint64_t>(bound.count()) + 1));
}

}  // namespace vc::store::dynamodb
