#include "ops/responses.hpp"

#include <boost/json.hpp>

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

}  // namespace vc::ops
