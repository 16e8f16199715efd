#include "scim/openapi.h"

#include <iostream>

#include "fastcgi/commands/commands.h"

namespace habilitd::fastcgi {

int openapi_command() {
  std::cout << scim::openapi().dump(1) << '\n';
  return kExitDone;
}

}  // namespace habilitd::fastcgi
