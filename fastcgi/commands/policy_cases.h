// Today's pending requests and habilitations as cases for `habilitd policy diff`.
#pragma once

#include <string>
#include <vector>

#include "policies/policy_diff.h"
#include "workflow/services.h"

namespace habilitd::fastcgi {

// Each pending request: may it still be approved (by a manager of its structure)? Each habilitation
// of today: could it still be asked for by its holder?
Result<std::vector<policies::DiffCase>> policy_cases(workflow::Services&,
                                                     const std::string& application);

}  // namespace habilitd::fastcgi
