// What every answer's fields are.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "base/check.hpp"
#include "fuzz/fuzzing.hpp"
#include "http/message.hpp"

namespace vc::fuzz {

/// Each is one of ours, on one line, and sent once: a line end in a value would make another field of its rest.
inline void check_fields(const http::Response& response) {
  constexpr auto names = std::to_array<std::string_view>({"Access-Control-Allow-Headers",
                                                          "Access-Control-Allow-Methods",
                                                          "Access-Control-Allow-Origin",
                                                          "Access-Control-Expose-Headers",
                                                          "Access-Control-Max-Age",
                                                          "Allow",
                                                          "Cache-Control",
                                                          "Content-Security-Policy",
                                                          "Content-Type",
                                                          "Cross-Origin-Opener-Policy",
                                                          "Cross-Origin-Resource-Policy",
                                                          "Referrer-Policy",
                                                          "Retry-After",
                                                          "Vary",
                                                          "X-Amz-Executed-Version",
                                                          "X-Amz-Function-Error",
                                                          "X-Amz-Log-Result",
                                                          "X-Amzn-Trace-Id",
                                                          "X-Content-Type-Options",
                                                          "X-Visit-Outcome",
                                                          "X-Visitor-Counter-Version",
                                                          "x-amz-apigw-id",
                                                          "x-amzn-ErrorType",
                                                          "x-amzn-RequestId"});
  const http::Fields fields = response.fields();
  fields.for_each([&](std::string_view name, std::string_view value) {
    check(std::ranges::find(names, name) != names.end(), "a field is one of ours");
    check(is_one_line(value), "a field is one line");
    check(fields.count(name) == 1, "a field is sent once");
  });
}

}  // namespace vc::fuzz
