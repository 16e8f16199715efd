// Portal sessions as directory entries: only a fingerprint of the secret is stored. Idle 30
// minutes, absolute 8 hours (settings); end on sign-out, deactivation and password change.
#pragma once

#include <string>

#include "base/secret.h"
#include "workflow/people.h"

namespace habilitd::workflow {

class Services;

struct Session {
  EntryUuid id;
  Person person;
  bool must_change_password = false;
};

Result<Secret> open_session(Services&, const Person&, bool must_change_password);
// kUnauthenticated for anything but a live session of an active person. Renews the idle time (at
// most one write in 5 minutes, not waited for).
Result<Session> find_session(Services&, const Secret&);
Status close_session(Services&, const Secret&);
Status close_all_sessions(Services&, const EntryUuid& person);
// Timer: removes dead entries, at most `most` a call.
Status sweep_sessions(Services&, std::size_t most);

}  // namespace habilitd::workflow
