// Who may talk to the ops listener. Loopback keeps other machines out, but any web page in a browser on this machine
// can send requests to loopback: a page gives itself away by the headers that browsers add.
#pragma once

#include "http/message.hpp"

namespace vc::ops {

/// Host names loopback, whatever the port; Origin, if there is one, is of that very host; not sent across sites.
bool may_enter(const http::Fields& fields);

/// The same, and who follows a link from another site to a page of ours: that page cannot be read by the other.
bool may_visit(const http::Fields& fields);

/// Whether the body claims to be JSON: a page cannot send that to another origin without asking first.
bool has_json_body(const http::Fields& fields);

}  // namespace vc::ops
