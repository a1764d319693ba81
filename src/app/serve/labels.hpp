// What the metrics call the things of other rooms.
#pragma once

#include "function/function.hpp"
#include "gateway/gateway.hpp"
#include "telemetry/metrics/metrics.hpp"

namespace vc::app {

/// Requires: one of gateway::routes().
telemetry::Route label_of(const gateway::Route& route);

/// Requires: one of the gateway's constants; any other is `other`.
telemetry::Refusal label_of(const gateway::GatewayError& error);

telemetry::Traffic label_of(function::Traffic traffic);

}  // namespace vc::app
