# The version with the commit it was built from. In this order: -DVISITOR_COUNTER_COMMIT, the file that `git archive` fills
# in, the git checkout. Looked at on every build, so that it is right after a commit without configuring again.
set(VISITOR_COUNTER_COMMIT "" CACHE STRING "The commit this is built from, where neither .git nor an archive says it")
set(VERSION_SOURCE ${CMAKE_BINARY_DIR}/version.cpp)

add_custom_target(version_source
  COMMAND ${CMAKE_COMMAND}
    -DSOURCE_DIR=${CMAKE_SOURCE_DIR}
    -DGIVEN_COMMIT=${VISITOR_COUNTER_COMMIT}
    -DVERSION=${PROJECT_VERSION}
    -DOUTPUT=${VERSION_SOURCE}
    -P ${CMAKE_SOURCE_DIR}/cmake/write_version.cmake
  BYPRODUCTS ${VERSION_SOURCE}
  VERBATIM)
