# JWTs of an IAM: libcjose verifies them (jwks.cc, jwt.cc), libcurl fetches the keys (jwks_fetch.cc).
# Without pkg-config for cjose: Debian's cjose.pc asks for jansson's headers, which nothing here needs.
find_package(PkgConfig REQUIRED)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.87)
find_library(CJOSE_LIBRARY cjose REQUIRED)
target_link_libraries(fastcgi PRIVATE PkgConfig::CURL ${CJOSE_LIBRARY})
