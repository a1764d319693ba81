// Whether and when a request is sent again.
#pragma once

#include <chrono>
#include <optional>

#include "base/random.hpp"
#include "limits.hpp"
#include "store/dynamodb/reply.hpp"

namespace vc::store::dynamodb {

/// A budget over all requests of a writer: successes fill it, retries take from it. Where many fail, few are sent
/// again, and a table in trouble is left alone. A throttled request costs more than a lost one: after many of them no
/// more than one in ten is sent again.
class Retries final {
 public:
  explicit Retries(Random random) : random_(random) {}

  void succeeded();

  /// How long to wait before this request is sent again, for the `attempt`th time, from 0: a random part of a bound
  /// that doubles. nullopt: it is not sent again.
  std::optional<std::chrono::milliseconds> next(Verdict verdict, int attempt);

 private:
  Random random_;
  int budget_ = limits::dynamodb_retry_budget;
};

}  // namespace vc::store::dynamodb
