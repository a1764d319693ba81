// The forms that answers of the ops listener have.
#pragma once

#include <string_view>

#include "counter/store.hpp"
#include "http/message.hpp"

namespace vc::ops {

http::Response text_response(int status, std::string_view type, std::string_view body);
http::Response json_response(int status, std::string_view body);

/// `{"error": WORDS}`
http::Response error_response(int status, std::string_view words);

/// What a visitor may know of it: the rest is for the log.
http::Response error_response(const counter::StoreError& error);

http::Response wrong_method(std::string_view allowed);

}  // namespace vc::ops
