// What is so where nobody says otherwise, for the server and the Lambda function alike.
#pragma once

namespace vc::app {

inline constexpr const char* default_stage = "blue";
inline constexpr const char* default_counter_id = "main_counter";
inline constexpr const char* default_origins = "http://localhost:1580,http://127.0.0.1:1580";

}  // namespace vc::app
