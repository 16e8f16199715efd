// The entry of an ordinary group: made, changed, removed, each with its line in the audit log.
#pragma once

#include <string>

#include "scim/call.h"
#include "workflow/grants.h"

namespace habilitd::scim {

// What a client can set besides members.
struct GroupFields {
  std::string display_name, external_id;
  bool operator==(const GroupFields&) const = default;
};
GroupFields group_fields(const Json& tree);

// kForbidden for a group that confers a habilitation, and for the administrators' group.
Status may_change_group(const Call&, const ldap::Record&);

// kConflict (uniqueness) when the name is taken anywhere in the directory.
Result<ldap::Written> add_group(Call&, const GroupFields&);
// The fields and the members, whole or not at all. The condition is that of both.
Result<ldap::Written> change_group(Call&, const EntryUuid&, const GroupFields& before,
                                   const GroupFields& after, const workflow::MemberChange& members,
                                   const ldap::WriteOptions&);
Status remove_group(Call&, const ldap::Record&, const ldap::WriteOptions&);

}  // namespace habilitd::scim
