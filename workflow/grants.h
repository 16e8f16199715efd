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

// Moves the version of a habilitation's group on and changes nobody's membership, if the condition
// holds (else kStale): of several changes that build on one version exactly one goes on.
Status claim_version(Services&, const EntryUuid& group, const ldap::WriteOptions&);

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

// May the entry be a member of such a group?
bool may_be_member(const ldap::Record&);

// What a group's entry says beside its members.
struct GroupFields {
  std::string name;         // cn
  std::string external_id;  // one client's, as "client:identifier"; empty: none
  bool operator==(const GroupFields&) const = default;
};
struct GroupChange {
  GroupFields before, after;  // only what differs is written
  MemberChange members;
};
// change_members(), and the fields in the same modify. More errors: those of check_group_name()
// (workflow/group_names.h) for a new name, kConflict when it is taken.
Result<ldap::Written> change_group(Services&, const EntryUuid& group, const GroupChange&,
                                   const ldap::WriteOptions&);

}  // namespace habilitd::workflow
