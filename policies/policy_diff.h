// What would change if one policy replaced another: for `habilitd policy diff`, which asks about
// today's assignments and pending requests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/engine.h"

namespace habilitd::policies {

struct DiffCase {
  std::string label;  // what the administrator sees: "request 3f2c: approve by m1"
  std::string action;
  Facts facts;
};

struct DecisionChange {
  std::string label, action;
  Decision before, after;
  std::string block_before, block_after;  // ids of the approval blocks; empty: none

  bool decides_otherwise() const { return before.permitted != after.permitted; }
};

struct PolicyDiff {
  std::vector<std::string> roles;       // "+ role x", "- role x", "~ role x"; sorted by name
  std::vector<std::string> rules;       // the same of rules
  std::vector<DecisionChange> changes;  // in the order of the cases; only those that differ

  std::string text() const;
};

// A case changes when the decision, its reason or the approval block does. The facts' "role" is
// replaced by what each policy says of the role with that id, since that is what the replacement
// would change; with no "id" it is left as it is.
PolicyDiff compare(const Policy& before, const Policy& after, const std::vector<DiffCase>&);

}  // namespace habilitd::policies
