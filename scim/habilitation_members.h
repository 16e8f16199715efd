// Members of a group that confers a habilitation are changed through the door that approvals use:
// policy decides, a record remains.
#pragma once

#include "ldap/record.h"
#include "scim/call.h"
#include "workflow/grants.h"

namespace habilitd::scim {

// Grants and revokes; `change` as MemberPlan::difference() makes it. All of it is judged before any
// of it is done. Errors: kForbidden with the reason of the policy, kInvalid for a member that is no
// person, kStale when the condition does not hold.
Status change_holders(Call&, const ldap::Record& group, const workflow::MemberChange& change,
                      const ldap::WriteOptions& condition);

}  // namespace habilitd::scim
