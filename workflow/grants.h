// The one function that writes group members, for every protocol and for the reconciler.
#pragma once

#include "workflow/decisions.h"

namespace habilitd::workflow {

// Adds or removes a person as holder of the permission's role and structure: creates the
// habilitation group when it is missing (with the steward as member), then one delta modify, then
// the person's derived `habilitation` value. Idempotent: an existing member or an absent one is
// success.
// kYes: the person is attached to the permission's structure first.
enum class Attach { kNo, kYes };
Status grant(Services&, const Permission&, Attach);
Status withdraw(Services&, const Permission&);

// Members of a group that confers no habilitation (ou=groups): pushed by identity providers.
// kForbidden with reason habilitation-group for any other group. People and groups by entryUUID;
// the whole change is one modify; the result is the group's new version. Adding a present or
// removing an absent member is a no-op that leaves the version alone.
struct MemberChange {
  std::vector<EntryUuid> add, remove;
  bool replace_all = false;  // members become exactly `add`
  bool empty() const { return add.empty() && remove.empty() && !replace_all; }
};
Result<ldap::Written> change_members(Services&, const EntryUuid& group, const MemberChange&,
                                     const ldap::WriteOptions&);

}  // namespace habilitd::workflow
