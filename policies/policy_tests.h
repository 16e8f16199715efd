// The tests every policy comes with (name.tests.json beside name.json), and the gate that keeps a
// policy which fails them from becoming live. Called by the catalogue, `habilitd check` and `policy
// test`.
//
//   {"format": "habilitd-policy-tests/1", "policy": "soffi",
//    "fixtures": {"subject": {"manager": {...attributes}}, "target": {...}, "resource": {...},
//                 "request": {...}, "action": {...}, "context": {...}},
//    "cases": [{"name": "a sentence", "action": "approve",
//               "subject": "manager", "target": "person", "resource": "open", "role": "saisie",
//               "request": "pending",            // entities: a fixture's name, or the attributes
//               "expect": "permit" | "deny",
//               "determining": ["rule-id", ...], // exactly these, in any order
//               "reason": "no-rule",             // optional
//               "approval": "default"}]}         // optional: id of the block a request would get
//
// `role` names a role of the policy; one it does not have, and `null` for any entity, is an unknown
// one. The properties of the action are under "properties", as the action's name is under "action".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policies/policy.h"

namespace habilitd::policies {

struct PolicyTestReport {
  std::size_t cases = 0;
  std::vector<std::string> failures;  // "/cases/3 (a sentence): expected permit, got deny (stale)"
  // Rules that no case determines while true (for mode observe: that no case would have
  // determined). A forbid that only denies because an attribute is missing is not tested by that.
  std::vector<std::string> untested;

  bool passed() const { return failures.empty() && untested.empty(); }
  std::string text() const;  // for an administrator, one line a problem and a summary
};

// kInvalid, reason policy-tests-invalid, when the file itself is wrong: "place: message" lines.
Result<PolicyTestReport> run_policy_tests(const Policy&, std::string_view tests);

// The policy, when it loads and passes. kInvalid: policy-invalid, policy-tests-invalid, or
// policy-tests-failed with the report's text as detail.
Result<PolicyPtr> load_tested_policy(std::string_view policy, std::string_view tests);

}  // namespace habilitd::policies
