cmake_minimum_required(VERSION 3.25)  # a script of its own: policies are not inherited

set(html "text/html; charset=utf-8")
set(css "text/css; charset=utf-8")
set(js "text/javascript; charset=utf-8")

set(entries "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  get_filename_component(type ${file} LAST_EXT)
  string(SUBSTRING ${type} 1 -1 type)
  if(name STREQUAL "index.html")
    set(path "/dashboard")
  else()
    set(path "/dashboard/${name}")
  endif()
  file(READ ${file} bytes)
  string(APPEND entries "    {\"${path}\", \"${${type}}\", R\"file(${bytes})file\"},\n")
endforeach()

file(WRITE ${OUTPUT} "#include \"ops/dashboard_page.hpp\"

#ifdef __clang__
#pragma clang diagnostic ignored \"-Woverlength-strings\"  // what it warns of are other compilers
#endif

namespace vc::ops {
namespace {

constexpr PageFile files[] = {
${entries}};

}  // namespace

std::span<const PageFile> dashboard_page() { return files; }

}  // namespace vc::ops
")
