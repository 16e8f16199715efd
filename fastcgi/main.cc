#include <cstdio>
#include <exception>

#include "fastcgi/commands/commands.h"

int main(int argc, char** argv) {
  try {
    return habilitd::fastcgi::run_command_line(argc, argv);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "habilitd: %s\n", fault.what());
    return habilitd::fastcgi::kExitFailed;
  }
}
