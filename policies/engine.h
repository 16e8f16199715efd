// The decision: a total function of a policy and facts. No I/O, no clock, no order dependence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "policies/policy.h"

namespace habilitd::policies {

// Attributes by entity: {"subject":{...},"target":{...},"resource":{...},"role":{...},"request":{...},
// "action":{...},"context":{...}}. A missing entity or attribute is unknown (indeterminate).
//   subject   id, state (active|disabled), mailVerified, manages [SIRET], roles [names], kind (user|client)
//   target    id, state, roles [role ids held on this application and structure]
//   resource  id (SIRET), state (active|closed)
//   role      id, requestable, requires, excludes, manages
//   request   state
using Facts = Json;

struct Decision {
  bool permitted = false;
  std::string reason;                      // rule id of the first determining rule, or no-rule | unknown-role | unknown-structure | unknown-person | indeterminate
  std::vector<std::string> determining;    // rule ids, sorted
  std::vector<std::string> indeterminate;  // "rule-id: subject.mailVerified", sorted
  Labels why;                              // of the determining rule
  std::string policy_id, policy_hash;
  int policy_version = 0;
};

// Three-valued rules as in policy.md: a forbid that is true or indeterminate denies; else a true permit
// permits; else no-rule. Facts with a null "role", "resource" or "target" where the key is present deny
// first with unknown-role, unknown-structure, unknown-person. Rules in mode observe never decide.
Decision decide(const Policy&, std::string_view action, const Facts&);

// The first approval block whose `when` holds (a null Json when the policy has none).
Json approval_block(const Policy&, const Facts&);

// Is the condition true for these facts? Indeterminate counts as false.
enum class Truth { kFalse, kTrue, kIndeterminate };

}  // namespace habilitd::policies
