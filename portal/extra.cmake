# Templates, texts and assets travel inside the binary: no path to set, nothing to forget in a package.
file(GLOB portal_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/portal/templates/*.mustache
  ${CMAKE_SOURCE_DIR}/portal/texts/*.json ${CMAKE_SOURCE_DIR}/portal/assets/*.css
  ${CMAKE_SOURCE_DIR}/portal/assets/*.svg ${CMAKE_SOURCE_DIR}/portal/assets/*.woff2)
set(portal_embedded ${CMAKE_BINARY_DIR}/generated/portal/embedded.cc)
add_custom_command(OUTPUT ${portal_embedded}
  COMMAND ${CMAKE_COMMAND} -DOUT=${portal_embedded} "-DFILES=${portal_files}"
    -P ${CMAKE_SOURCE_DIR}/portal/embed.cmake
  DEPENDS ${portal_files} ${CMAKE_SOURCE_DIR}/portal/embed.cmake VERBATIM)
target_sources(portal PRIVATE ${portal_embedded})
