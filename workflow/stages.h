// The approval block that was frozen into a request: whose turn it is, when a stage is complete,
// and what follows it. Votes are the record's "approved" events.
//
// A platform administrator whom the policy lets approve may stand in for any approver; everybody
// else must be an approver of the stage that is waited for.
#pragma once

#include <optional>
#include <vector>

#include "policies/engine.h"
#include "workflow/actor.h"
#include "workflow/people.h"
#include "workflow/request_record.h"

namespace habilitd::workflow {

class Services;

// kForbidden: not-an-approver, voted-before (an earlier stage, where stages must be distinct);
// kConflict: already-voted (this stage). `facts` are those the policy was asked with.
Status check_approver(Services&, const RequestRecord&, const Actor&, const policies::Facts&);

struct Step {
  enum class Kind { kNextVote, kNextStage, kComplete, kRefused } kind;
  int stage = 0;               // to wait for from now on
  std::optional<Instant> due;  // of that stage
};
// Where a new request begins: the first stage that has approvers, or that does not skip. kRefused
// when nobody can approve and the block says so.
Step first_stage(Services&, const RequestRecord&);
// After a vote (already in the record's history) for the current stage.
Step after_vote(Services&, const RequestRecord&);

// Active people who can approve the current stage, without the person concerned; the fallback
// (application owners, then administrators) when there is none. Mails go to them.
std::vector<Person> approvers(Services&, const RequestRecord&);

}  // namespace habilitd::workflow
