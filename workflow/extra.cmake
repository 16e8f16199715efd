# GMime composes the messages (workflow/mail_message.cc).
find_package(PkgConfig REQUIRED)
pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
target_link_libraries(workflow PRIVATE PkgConfig::GMIME)
