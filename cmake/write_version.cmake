cmake_minimum_required(VERSION 3.25)  # a script of its own: policies are not inherited

set(commit "${GIVEN_COMMIT}")

if(NOT commit)
  file(STRINGS ${SOURCE_DIR}/cmake/archived_commit.txt commit LIMIT_COUNT 1)
endif()
if(commit MATCHES "Format")  # no archive
  execute_process(COMMAND git -c safe.directory=* -C ${SOURCE_DIR} rev-parse HEAD
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()

string(SUBSTRING "${commit}000000000000" 0 12 commit)
if(NOT commit MATCHES "^[0-9a-f]+$")
  message(FATAL_ERROR "Which commit is this? Neither git nor an archive says it: give -DVISITOR_COUNTER_COMMIT=…")
endif()

file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT
"#include \"app/version.hpp\"

namespace vc::app {

const std::string_view version = \"@VERSION@+g@commit@\";

}  // namespace vc::app
")
