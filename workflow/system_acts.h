// What the system does to records because something they stand on is gone or closed: an account, a
// structure, a role. Callers hold Services::one_at_a_time(person) or own the only copy of the
// record.
#pragma once

#include "workflow/request_entry.h"

namespace habilitd::workflow {

// pending -> cancelled, with mails. Done, too, when somebody else closed it first.
Status cancel_by_system(Services&, const StoredRequest&, const std::string& reason);
// approved or active -> ended, with mails; memberships are withdrawn as an effect.
Status end_by_system(Services&, const StoredRequest&, const std::string& reason);

// Every pending request of a person; with `habilitations`, live ones as well.
Status close_requests_of(Services&, const EntryUuid& person, const std::string& reason,
                         bool habilitations);
// The same at a structure, by its SIRET.
Status close_requests_at(Services&, const std::string& siret, const std::string& reason,
                         bool habilitations);

}  // namespace habilitd::workflow
