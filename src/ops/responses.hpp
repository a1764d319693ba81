// The forms that answers of the ops listener have.
#pragma once

#include <string_view>

#include "http/message.hpp"

namespace vc::ops {

http::Response text_response(int status, std::string_view type, std::string_view body);
http::Response json_response(int status, std::string_view body);

/// `{"error": WORDS}`
http::Response error_response(int status, std::string_view words);

}  // namespace vc::ops
