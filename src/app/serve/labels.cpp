#include "app/serve/labels.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace vc::app {

using telemetry::Refusal;

namespace {

constexpr std::array<std::pair<const gateway::GatewayError*, Refusal>, 9> refusals = {{
    {&gateway::no_such_route, Refusal::no_such_route},
    {&gateway::forbidden, Refusal::forbidden},
    {&gateway::limit_exceeded, Refusal::limit_exceeded},
    {&gateway::bad_request, Refusal::bad_request},
    {&gateway::expectation_failed, Refusal::expectation_failed},
    {&gateway::too_many_requests, Refusal::too_many_requests},
    {&gateway::version_not_supported, Refusal::version_not_supported},
    {&gateway::body_too_large, Refusal::body_too_large},
    {&gateway::head_too_large, Refusal::head_too_large},
}};

}  // namespace

// They are numbered in the same order.
telemetry::Route label_of(const gateway::Route& route) {
  return static_cast<telemetry::Route>(&route - gateway::routes().data());
}

Refusal label_of(const gateway::GatewayError& error) {
  const auto found = std::ranges::find(refusals, &error, [](const auto& known) { return known.first; });
  return found == refusals.end() ? Refusal::other : found->second;
}

telemetry::Traffic label_of(function::Traffic traffic) {
  return traffic == function::Traffic::production ? telemetry::Traffic::production : telemetry::Traffic::preview;
}

}  // namespace vc::app
