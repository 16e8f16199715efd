// What a decision still has to do to the groups after it was recorded: applied at once by the use
// case that decided, else by the reconciler.
#pragma once

#include "workflow/request_entry.h"

namespace habilitd::workflow {

// apply_effects() of requests.h for a caller that already holds Services::one_at_a_time(person).
// The record as it stands afterwards.
Result<RequestRecord> apply_effects_alone(Services&, const RequestId&);
// The same for a record as this very caller has just written it.
Result<RequestRecord> apply_effects_alone(Services&, const StoredRequest&);

}  // namespace habilitd::workflow
