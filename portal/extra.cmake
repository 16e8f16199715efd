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
# GCC bug 105651 again (cmake/habilitd.cmake), in a form that only these two meet.
set_source_files_properties(${CMAKE_SOURCE_DIR}/portal/cookies.cc ${CMAKE_SOURCE_DIR}/portal/ask_page.cc
  PROPERTIES COMPILE_OPTIONS $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>)
