# What `./dev package` puts into the Debian package. The files of target `package_files` come from the program itself.
set(PACKAGE_FILES ${CMAKE_BINARY_DIR}/package)
set(DOCUMENTS visitor-counter.1 visitor-counter.toml.5 visitor-counter.toml visitor-counter.bash visitor-counter.zsh
  visitor-counter.fish)
set(COMPRESSED visitor-counter.1 visitor-counter.toml.5 changelog)

add_custom_target(package_files
  COMMAND python3 ${CMAKE_SOURCE_DIR}/packaging/documents $<TARGET_FILE:visitor-counter> ${PACKAGE_FILES}
  COMMAND gzip -9 --no-name --force ${COMPRESSED}
  DEPENDS visitor-counter
  WORKING_DIRECTORY ${PACKAGE_FILES}
  VERBATIM)
file(MAKE_DIRECTORY ${PACKAGE_FILES})

install(TARGETS visitor-counter DESTINATION usr/bin)
install(FILES packaging/systemd/visitor-counter.service packaging/systemd/visitor-counter.socket
  DESTINATION lib/systemd/system)
install(PROGRAMS packaging/debian/renew-service DESTINATION usr/libexec/visitor-counter)
install(FILES ${PACKAGE_FILES}/visitor-counter.toml DESTINATION etc/visitor-counter)
install(FILES ${PACKAGE_FILES}/visitor-counter.1.gz DESTINATION usr/share/man/man1)
install(FILES ${PACKAGE_FILES}/visitor-counter.toml.5.gz DESTINATION usr/share/man/man5)
install(FILES ${PACKAGE_FILES}/visitor-counter.bash
  DESTINATION usr/share/bash-completion/completions RENAME visitor-counter)
install(FILES ${PACKAGE_FILES}/visitor-counter.zsh DESTINATION usr/share/zsh/vendor-completions RENAME _visitor-counter)
install(FILES ${PACKAGE_FILES}/visitor-counter.fish DESTINATION usr/share/fish/vendor_completions.d)
install(FILES packaging/debian/copyright ${PACKAGE_FILES}/changelog.gz README.md CHANGELOG.md
  DESTINATION usr/share/doc/visitor-counter)
install(DIRECTORY docs DESTINATION usr/share/doc/visitor-counter)
install(DIRECTORY packaging/monitoring DESTINATION usr/share/visitor-counter)
install(FILES web/visitor-counter.js web/example.html DESTINATION usr/share/visitor-counter)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_CONTACT "visitor-counter maintainers <maintainers@dzresume.dev>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "counter of visits to web pages, each one durable")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "A page asks GET /counter; the visit is added, and the page gets its
own number back. A visit that was answered with a number is counted
exactly once and is never lost: the store is a file of SQLite, or a
table of DynamoDB.

The service is started when the package is installed.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "init-system-helpers (>= 1.54)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, systemd")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
foreach(script IN ITEMS conffiles postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/debian/${script})
endforeach()
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
