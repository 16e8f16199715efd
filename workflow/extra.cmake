# GMime composes the messages (workflow/mail_message.cc).
find_package(PkgConfig REQUIRED)
pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
# Its -D_LARGEFILE64_SOURCE changes nothing for g++ but would refuse the precompiled header.
set_target_properties(PkgConfig::GMIME PROPERTIES INTERFACE_COMPILE_OPTIONS "")
target_link_libraries(workflow PRIVATE PkgConfig::GMIME)
