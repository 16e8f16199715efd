// The facts of a question from one of two sources, in one form. Used by decisions.cc.
#pragma once

#include "policies/policy.h"
#include "workflow/decisions.h"

namespace habilitd::workflow {

inline constexpr const char* kAdministrator = "iam-admin";
inline constexpr const char* kApplicationOwner = "application-owner";

Result<policies::Facts> facts_from_mirror(Services&, const policies::Policy&, const Question&);
Result<policies::Facts> facts_from_directory(Services&, const policies::Policy&, const Question&);

}  // namespace habilitd::workflow
