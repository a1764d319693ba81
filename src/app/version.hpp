// Which release this is; the source is written by the build (cmake/version.cmake).
#pragma once

#include <string_view>

namespace vc::app {

/// `1.2.0+g` and 12 hex digits of the commit this was built from.
extern const std::string_view version;

}  // namespace vc::app
