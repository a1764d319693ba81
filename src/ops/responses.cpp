#include "ops/responses.hpp"

#include <boost/json.hpp>

#include "function/function.hpp"

namespace vc::ops {

using http::Response;

Response text_response(int status, std::string_view type, std::string_view body) {
  Response response(status);
  response.header("Content-Type", type);
  response.header("Cache-Control", "no-store");
  response.header("X-Content-Type-Options", "nosniff");
  response.text(body);
  return response;
}

Response json_response(int status, std::string_view body) { return text_response(status, "application/json", body); }

Response error_response(int status, std::string_view words) {
  return json_response(status, fmt::format(R"({{"error": {}}})", boost::json::serialize(boost::json::string(words))));
}

Response error_response(const counter::StoreError& error) {
  return error_response(503, function::public_words(error.fault));
}

Response wrong_method(std::string_view allowed) {
  Response response = error_response(405, "method not allowed");
  response.header("Allow", allowed);
  return response;
}

}  // namespace vc::ops
