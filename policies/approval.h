// Checks of the `approval` and `review` members of a policy file. They stay JSON: a block is frozen
// into each request as it is written. Used by the policy loader only.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "policies/condition.h"
#include "policies/reader.h"

namespace habilitd::policies {

// One compiled `when` a block, null for the last block, which has none.
//
//   block: id, stages (1 to 8), when
//   stage: approvers (structure-managers | application-owners | admin | group:NAME), quorum (1 to
//   20, 1),
//          ifNone (admin | skip | refuse), due, remind [periods], escalate {after, to},
//          onTimeout (expire | refuse), distinct, delegation
std::vector<std::shared_ptr<const Condition>> check_approval(const Json&, const std::string& place,
                                                             Problems&);

// every, reviewers, due, onSilence (revoke | keep).
void check_review(const Json&, const std::string& place, Problems&);

// Adds the NAMEs that either of them, once checked, has as group:NAME.
void collect_groups(const Json&, std::set<std::string, std::less<>>& groups);

}  // namespace habilitd::policies
