# An allocator for many threads (docs/decisions/0013-memory-for-many-threads.md); sanitizers bring their own.
if(NOT HABILITD_SANITIZE)
  find_library(TCMALLOC_LIBRARY tcmalloc_minimal REQUIRED)
  target_link_libraries(base PUBLIC ${TCMALLOC_LIBRARY})
  set_source_files_properties(${CMAKE_SOURCE_DIR}/base/memory.cc PROPERTIES
    COMPILE_DEFINITIONS HABILITD_TCMALLOC SKIP_PRECOMPILE_HEADERS ON)
endif()
