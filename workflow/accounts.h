// People's accounts: provisioning (SCIM), sign-in, deactivation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "workflow/actor.h"
#include "workflow/people.h"

namespace habilitd::workflow {

class Services;

// Attributes are the directory's (the SCIM mapping makes them); userName uniqueness is enforced by
// the directory (kConflict, reason uniqueness). The password, if any, is set by RFC 3062 right
// after; when it is refused the entry is taken back and the refusal returned.
Result<ldap::Written> create_account(Services&, const Actor&, const ldap::Attributes&,
                                     const Secret* password);
// One modify, then the password; when that is refused, the modify is taken back and the refusal
// returned. Under a condition one of several wins (kStale for the others). Sessions end when the
// password was set; when `active` turns off, they end and pending requests are cancelled.
Result<ldap::Written> change_account(Services&, const Actor&, const EntryUuid&,
                                     const std::vector<ldap::Change>&, const Secret* password,
                                     const ldap::WriteOptions&);
Status delete_account(Services&, const Actor&, const EntryUuid&, const ldap::WriteOptions&);

// Sign-in by directory bind: limiter per name, per network and global before any look-up; a decoy
// bind for unknown names; disabled people refused. kUnauthenticated (reason sign-in-refused) for
// every failure alike; kTooMany (reason slow-down) with retry seconds in detail.
struct SignedIn {
  Person person;
  bool must_change_password = false;
};
Result<SignedIn> sign_in(Services&, std::string_view login, const Secret& password,
                         std::string_view network);
Status change_own_password(Services&, const EntryUuid&, const Secret& old_password,
                           const Secret& new_password);

}  // namespace habilitd::workflow
