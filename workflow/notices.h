// Who is to be told what, as mail jobs to write with a decision. Recipients never see each other:
// one job for each. People without a usable address are left out.
#pragma once

#include <vector>

#include "workflow/actor.h"
#include "workflow/outbox.h"
#include "workflow/request_record.h"

namespace habilitd::workflow {

class Services;

// To those who can approve the current stage, but the one who asked on the person's behalf.
std::vector<MailJob> approval_notices(Services&, const RequestRecord&, const Actor& asker);
// ... and the receipt.
std::vector<MailJob> submission_notices(Services&, const RequestRecord&, const Actor& asker);
std::vector<MailJob> approved_notices(Services&, const RequestRecord&, const Actor& by);
std::vector<MailJob> refused_notices(Services&, const RequestRecord&, const Actor& by,
                                     const std::string& reason);
// To the approvers when the asker took it back; to the person and them when the system did.
std::vector<MailJob> cancelled_notices(Services&, const RequestRecord&, const Actor& by);
std::vector<MailJob> granted_notices(Services&, const RequestRecord&, const Actor& by);
std::vector<MailJob> revoked_notices(Services&, const RequestRecord&, const Actor& by,
                                     const std::string& reason);

}  // namespace habilitd::workflow
