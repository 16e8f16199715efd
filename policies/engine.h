// The decision: a total function of a policy and facts. No I/O, no clock, no order dependence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "policies/condition.h"
#include "policies/policy.h"

namespace habilitd::policies {

// Facts (declared in policies/condition.h) are attributes by entity:
// {"subject":{...},"target":{...},
// "resource":{...},"role":{...},"request":{...},"action":{...},"context":{...}}. A missing entity
// or attribute is unknown (indeterminate).
//
//   subject   id, state (active|disabled), mailVerified, manages [SIRET], roles [names],
//             kind (user|client)
//   target    id, state, roles [role ids held on this application and structure]
//   resource  id (SIRET), state (active|closed)
//   role      id, requestable, renewable, manages, requires, excludes: role_facts()
//   request   state

enum class Effect { kPermit, kForbid };

struct Rule {
  std::string id;
  Effect effect = Effect::kPermit;
  bool observed_only = false;  // mode observe: reported, never decides
  std::vector<std::string> actions;
  Condition when;
  Labels why;

  bool names(std::string_view action) const;
};

struct Decision {
  bool permitted = false;
  std::string reason;  // rule id of the first determining rule, or no-rule | unknown-role |
                       // unknown-structure | unknown-person | indeterminate
  std::vector<std::string> determining;    // rule ids, sorted
  std::vector<std::string> indeterminate;  // "rule-id: subject.mailVerified", sorted
  std::vector<std::string> observed;  // rules in mode observe that would have had a say, sorted
  Labels why;  // of the determining rule; a general text (fr, en) without one
  std::string policy_id, policy_hash;
  int policy_version = 0;
};

// Three-valued rules as in policy.md: a forbid that is true or indeterminate denies; else a true
// permit permits; else no-rule. Facts with a null "role", "resource" or "target" where the key is
// present deny first with unknown-role, unknown-structure, unknown-person (so does a null
// "subject"). Rules in mode observe never decide. `determining` holds the true permits of a permit;
// the true and the indeterminate forbids of a denial, whose reason is a true one's id if any, else
// "indeterminate".
Decision decide(const Policy&, std::string_view action, const Facts&);

// The first approval block whose `when` holds (a null Json when the policy has none).
Json approval_block(const Policy&, const Facts&);

// The "role" facts of a role of the policy (id, requestable, renewable, manages, requires,
// excludes); JSON null, which decide() denies, for an unknown one.
Json role_facts(const Policy&, std::string_view role);

}  // namespace habilitd::policies
