// Evaluation against the `entities` a policy file carries itself (the AuthZEN certification
// fixture) instead of a directory's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/authzen.h"

namespace habilitd::policies {

// subject and resource: type, id, the file's attributes and the trusted ones sent; null when the
// file does not know them. action: name and properties; context: as sent.
Facts fixture_facts(const Policy&, const AuthzenQuery&);

// An Evaluate for a policy with entities.
Decision decide_fixture(const Policy&, const AuthzenQuery&);

// Ids of a type, or for kAction the action names; empty for a type the file does not know.
std::vector<std::string> fixture_candidates(const Policy&, const AuthzenSearch&);

}  // namespace habilitd::policies
