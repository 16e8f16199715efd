# The project's own build words: one static library a folder, one test program a folder.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)

option(HABILITD_TESTS "Build the tests" ON)
option(HABILITD_FUZZ "Build the libFuzzer targets (clang)" OFF)
set(HABILITD_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json REQUIRED)

find_program(CCACHE ccache)
if(CCACHE)
  # The words ccache needs to trust a precompiled header (its manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms in std::string's own code (GCC bug 105651), which the system header's place hides
  # only as long as it is not precompiled.
  add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
    -Wno-stringop-overread)
endif()
if(HABILITD_SANITIZE)
  add_compile_options(-fsanitize=${HABILITD_SANITIZE} -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)  # false alarms with sanitizers, says GCC's manual
  endif()
  add_link_options(-fsanitize=${HABILITD_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong)
  add_link_options(-pie -Wl,-z,relro,-z,now)
endif()

# A source's cost is mostly these headers: read once for the libraries (base) and once for the test
# programs (test_base, compiled as an executable's code). No source may rely on them: each includes
# what it uses, and the fuzz preset, without them, proves it.
option(HABILITD_PRECOMPILE "Precompile the headers everybody reads" ON)
set(HABILITD_HEADERS <algorithm> <array> <chrono> <functional> <map> <memory> <optional> <set> <string>
  <string_view> <utility> <vector> <nlohmann/json.hpp>)
set(HABILITD_TEST_HEADERS ${HABILITD_HEADERS} <boost/test/unit_test.hpp>
  <boost/test/data/monomorphic.hpp> <boost/test/data/test_case.hpp>)

# habilitd_precompile(target owner headers...): `owner` makes the precompiled header, the rest use it.
function(habilitd_precompile target owner)
  if(NOT HABILITD_PRECOMPILE)
    return()
  endif()
  target_compile_options(${target} PRIVATE -fpch-preprocess)
  if(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# habilitd_library(folder LINKS libraries... PRIVATE libraries...): every .cc of the folder.
function(habilitd_library folder)
  cmake_parse_arguments(A "" "" "LINKS;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cc)
  if(NOT sources)
    add_library(${folder} INTERFACE)
    target_include_directories(${folder} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${folder} INTERFACE ${A_LINKS} ${A_PRIVATE} Threads::Threads)
    return()
  endif()
  add_library(${folder} STATIC ${sources})
  set_target_properties(${folder} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(${folder} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(${folder} PUBLIC ${A_LINKS} Threads::Threads PRIVATE ${A_PRIVATE})
  habilitd_precompile(${folder} base ${HABILITD_HEADERS})
  if(EXISTS ${CMAKE_SOURCE_DIR}/${folder}/extra.cmake)
    include(${CMAKE_SOURCE_DIR}/${folder}/extra.cmake)
  endif()
endfunction()

# habilitd_program(name folder LINKS ...): a library of the folder without main.cc, and the program.
function(habilitd_program name folder)
  cmake_parse_arguments(A "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(NOT sources)
    add_library(${folder} INTERFACE)
    target_include_directories(${folder} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${folder} INTERFACE ${A_LINKS} ${A_PRIVATE} Threads::Threads)
    return()
  endif()
  add_library(${folder} STATIC ${sources})
  set_target_properties(${folder} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(${folder} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(${folder} PUBLIC ${A_LINKS} Threads::Threads)
  habilitd_precompile(${folder} base ${HABILITD_HEADERS})
  if(EXISTS ${CMAKE_SOURCE_DIR}/${folder}/extra.cmake)
    include(${CMAKE_SOURCE_DIR}/${folder}/extra.cmake)
  endif()
  if(EXISTS ${CMAKE_SOURCE_DIR}/${folder}/main.cc)
    add_executable(${name} ${CMAKE_SOURCE_DIR}/${folder}/main.cc)
    target_link_libraries(${name} PRIVATE ${folder})
  endif()
endfunction()

# habilitd_test(folder LINKS libraries... LABEL unit|directory|stack): tests/<folder>/*.cc as test_<folder>.
function(habilitd_test folder)
  cmake_parse_arguments(A "" "LABEL;TIMEOUT" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${folder}/*.cc)
  if(NOT sources)
    return()
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)
  endif()
  add_executable(test_${folder} ${sources} ${CMAKE_SOURCE_DIR}/tests/support/boost_main.cc)
  target_link_libraries(test_${folder} PRIVATE ${A_LINKS} Boost::unit_test_framework)
  habilitd_precompile(test_${folder} test_base ${HABILITD_TEST_HEADERS})
  # It defines a word that changes what Boost's header means.
  set_source_files_properties(${CMAKE_SOURCE_DIR}/tests/support/boost_main.cc PROPERTIES
    SKIP_PRECOMPILE_HEADERS ON)
  target_compile_definitions(test_${folder} PRIVATE BOOST_TEST_DYN_LINK
    HABILITD_SOURCE_DIR="${CMAKE_SOURCE_DIR}" HABILITD_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${folder} COMMAND test_${folder} --log_level=message --report_level=short)
  set_tests_properties(${folder} PROPERTIES LABELS "${A_LABEL}" TIMEOUT ${A_TIMEOUT})
endfunction()
