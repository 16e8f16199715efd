// Structures (establishments with a SIRET) as use cases: made, changed, closed, deleted, for every
// protocol, each with its lines in the audit log. The protocol has checked that the actor may
// manage structures at all.
//
// Who manages a structure decides about its habilitations, in every application: naming and
// dismissing managers demands the right to grant everything (grant:*), and a structure that has a
// manager keeps at least one. A new structure may have none yet.
#pragma once

#include <string>

#include "workflow/actor.h"
#include "workflow/grants.h"

namespace habilitd::workflow {

class Services;

// What a structure's entry says beside its people.
struct StructureFields {
  std::string name;         // o; empty: none
  EntryUuid parent;         // another structure; nil: none
  bool open = true;         // closed: nobody can ask for habilitations there
  std::string external_id;  // one client's, with its prefix; empty: none
  bool operator==(const StructureFields&) const = default;
};

struct StructureChange {
  StructureFields before, after;  // only what differs is written
  MemberChange members;           // attached people
  MemberChange managers;
};

// Errors: kConflict (uniqueness) when the SIRET is taken; kInvalid unknown-member, unknown-parent,
// parent-cycle; kForbidden managers-need-grant, last-manager; kNotFound unknown-structure;
// kUnavailable audit-unavailable.

// `change.before` is not looked at, and of the people only those to be added.
Result<ldap::Written> create_structure(Services&, const Actor&, const Siret&,
                                       const StructureChange&);
// One modify with differences. Closing cancels the open requests; habilitations go on until
// somebody ends them.
Result<ldap::Written> change_structure(Services&, const Actor&, const EntryUuid&,
                                       const StructureChange&, const ldap::WriteOptions&);
// Refused while somebody holds a habilitation there (kConflict, habilitations-exist). Open requests
// are cancelled; a habilitation that was granted meanwhile ends.
Status delete_structure(Services&, const Actor&, const EntryUuid&, const ldap::WriteOptions&);

}  // namespace habilitd::workflow
