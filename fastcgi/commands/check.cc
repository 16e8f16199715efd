#include <iostream>

#include "fastcgi/commands/commands.h"
#include "fastcgi/commands/context.h"
#include "fastcgi/self_test.h"

namespace habilitd::fastcgi {

int check(const std::string& config) {
  const auto configuration = configuration_or_complaint(config);
  if (!configuration) return kExitUsage;
  std::cout << "ok       " << config << ": every setting can be used\n";
  bool all_fine = true;
  for (const Finding& finding : test_everything(*configuration)) {
    std::cout << line_of(finding) << '\n';
    all_fine = all_fine && finding.grade == Finding::Grade::kFine;
  }
  return all_fine ? kExitDone : kExitFailed;
}

}  // namespace habilitd::fastcgi
