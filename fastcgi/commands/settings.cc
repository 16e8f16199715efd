#include <iostream>

#include "fastcgi/commands/commands.h"
#include "fastcgi/options.h"

namespace habilitd::fastcgi {

int settings_page_command() {
  std::cout << settings_page(option_table());
  return kExitDone;
}

}  // namespace habilitd::fastcgi
