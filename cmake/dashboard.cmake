# The dashboard's files as bytes in the program, so that it serves them without a file or a network: our own, and the
# chart library of Debian's libjs-chart.js.
find_file(CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js REQUIRED NO_CMAKE_FIND_ROOT_PATH)

set(DASHBOARD_FILES
  ${CMAKE_SOURCE_DIR}/web/dashboard/index.html
  ${CMAKE_SOURCE_DIR}/web/dashboard/style.css
  ${CMAKE_SOURCE_DIR}/web/dashboard/script.js
  ${CHART_JS})
set(DASHBOARD_SOURCE ${CMAKE_BINARY_DIR}/dashboard_page.cpp)

add_custom_command(OUTPUT ${DASHBOARD_SOURCE}
  COMMAND ${CMAKE_COMMAND} "-DFILES=${DASHBOARD_FILES}" -DOUTPUT=${DASHBOARD_SOURCE}
    -P ${CMAKE_SOURCE_DIR}/cmake/write_dashboard.cmake
  DEPENDS ${DASHBOARD_FILES} ${CMAKE_SOURCE_DIR}/cmake/write_dashboard.cmake
  VERBATIM)
