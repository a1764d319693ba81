// The dashboard's files, built into the program; the source is written by the build (cmake/dashboard.cmake).
#pragma once

#include <span>
#include <string_view>

namespace vc::ops {

struct PageFile {
  std::string_view path;
  std::string_view type;
  std::string_view bytes;
};

std::span<const PageFile> dashboard_page();

}  // namespace vc::ops
