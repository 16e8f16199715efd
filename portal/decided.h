// What every form that decides has in common.
#pragma once

#include "portal/visit.h"
#include "workflow/request_record.h"
#include "workflow/requests.h"

namespace habilitd::portal {

// The request of the address, if the visitor may see it; kNotFound otherwise.
Result<workflow::RequestRecord> find_visible_request(const Visit&);
// Is there a page of the person, as a manager sees her, for this visitor?
bool manages_person(const Visit&, const workflow::RequestRecord&);
// approve_action, approve_why, refuse_href, keep: the two buttons; `keep` is the list to come back
// to.
void set_decision(const Visit&, View&, const workflow::RequestRecord&, const std::string& keep);
// revision, operation and reason of the form; kInvalid when the first two are not what a form of
// ours sends.
Result<workflow::Decided> read_decided(const Visit&);
// The page for a decision that was not taken: who was faster, what the policy says, or the error.
Response refused_decision(const Visit&, const RequestId&, const Error&);

}  // namespace habilitd::portal
