#include <iostream>

#include "fastcgi/commands/commands.h"
#include "fastcgi/commands/context.h"
#include "fastcgi/jwks_check.h"
#include "fastcgi/self_test.h"

namespace habilitd::fastcgi {

int check(const std::string& config) {
  const auto configuration = configuration_or_complaint(config);
  if (!configuration) return kExitUsage;
  std::cout << "ok       " << config << ": every setting can be used\n";
  std::vector<Finding> findings = test_everything(*configuration);
  for (Finding& finding : test_jwks(*configuration)) findings.push_back(std::move(finding));
  bool all_fine = true;
  for (const Finding& finding : findings) {
    std::cout << line_of(finding) << '\n';
    all_fine = all_fine && finding.grade == Finding::Grade::kFine;
  }
  return all_fine ? kExitDone : kExitFailed;
}

}  // namespace habilitd::fastcgi
