// The serverless function: what a request means, and what is answered. Bytes and values in, values out; no sockets, no
// threads. serve and Lambda share every line of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "counter/store.hpp"
#include "function/cors.hpp"
#include "http/message.hpp"

namespace vc::function {

/// Test traffic never touches the real number.
enum class Traffic { production, preview };

struct Options {
  counter::Counter counter;
  counter::Counter preview_counter;
  Cors cors;
  std::string version;
};

/// What becomes of a request. CORS is decided with it: the request is not needed any more.
struct Plan {
  struct Count {
    const counter::Counter* counter;
  };
  struct ReadHealth {
    const counter::Counter* counter;
  };
  struct Preflight {};
  struct NoRoute {};

  std::variant<Count, ReadHealth, Preflight, NoRoute> what;
  std::optional<std::string_view> allow_origin;
};

/// The only words about a failing store that leave the process.
std::string_view public_words(counter::StoreFault fault);

/// Where and when an answer is given.
struct Context {
  std::string_view request_id;
  std::string_view time;  // RFC 3339
};

/// Thread: any; nothing in it changes. Plans borrow from it.
class Function final {
 public:
  explicit Function(Options options) : options_(std::move(options)) {}

  /// `/counter` counts and `/health` reads for GET, OPTIONS is a preflight, everything else is no route.
  Plan plan(const http::Request& request, Traffic traffic) const;

  http::Response counted(const Plan& plan, counter::Count number, const Context& context) const;
  /// Requires: an outcome other than counted.
  http::Response not_counted(const Plan& plan, counter::Outcome outcome, const Context& context) const;
  http::Response health(const Plan& plan, const counter::StoreResult<std::optional<counter::Record>>& record,
                        const Context& context) const;
  http::Response preflight(const Plan& plan) const;
  http::Response no_route() const;

 private:
  void add_headers(http::Response& response, const Plan& plan, std::string_view cache_control) const;

  Options options_;
};

}  // namespace vc::function
