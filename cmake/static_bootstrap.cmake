# One executable that needs nothing from the host: the sources of the rooms that the Lambda function is made of, and
# libraries as archives. Debian has none of fmt, whose headers are enough.
get_target_property(bootstrap_sources visitor_counter SOURCES)
list(FILTER bootstrap_sources INCLUDE REGEX
  "^src/(app/lambda|aws/|base/|counter/counter|function/|http/message|lambda/|store/dynamodb/|telemetry/)")
list(FILTER bootstrap_sources EXCLUDE REGEX "^src/telemetry/(log\\.cpp|metrics/)|\\.hpp$")
target_sources(bootstrap PRIVATE ${bootstrap_sources} ${VERSION_SOURCE})
target_include_directories(bootstrap PRIVATE src)
target_compile_options(bootstrap PRIVATE -ffunction-sections -fdata-sections)
target_link_options(bootstrap PRIVATE -static-pie -Wl,--gc-sections -Wl,--strip-all)
target_link_libraries(bootstrap PRIVATE
  compiler_options Boost::headers Boost::json fmt::fmt-header-only OpenSSL::SSL Threads::Threads)
add_dependencies(bootstrap version_source)
