#include "function/direct.hpp"

#include <array>

#include "base/time_text.hpp"

namespace vc::function {
namespace {

struct Call {
  const Function& function;
  const Plan& plan;
  counter::CounterStore& store;
  WallTime now;
  Context context;

  Answer operator()(const Plan::Count& count) const {
    std::array batch = {counter::Addition{.counter = count.counter, .visits = 1}};
    store.add(batch, now);
    auto& [counter, visits, outcome, number, error] = batch.front();
    if (outcome == counter::Outcome::counted) return {function.counted(plan, number, context), name(outcome), {}};
    return {function.not_counted(plan, outcome, context), name(outcome), std::move(error.detail)};
  }

  Answer operator()(const Plan::ReadHealth& health) const {
    const auto record = store.read(*health.counter, now);
    return {function.health(plan, record, context), record ? "read" : "failed", record ? "" : record.error().detail};
  }

  Answer operator()(const Plan::Preflight&) const { return {function.preflight(plan), "preflight", {}}; }
  Answer operator()(const Plan::NoRoute&) const { return {function.no_route(), "refused", {}}; }
};

}  // namespace

Answer answer(const Function& function, const Plan& plan, counter::CounterStore& store, WallTime now,
              std::string_view request_id) {
  const Rfc3339 time = rfc3339(now);
  return std::visit(Call{function, plan, store, now, {.request_id = request_id, .time = view(time)}}, plan.what);
}

}  // namespace vc::function
