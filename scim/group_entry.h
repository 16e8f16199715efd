// The entry of an ordinary group, without its members: made, renamed, removed, each with its line
// in the audit log.
#pragma once

#include <string>

#include "scim/call.h"

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
Result<ldap::Written> modify_group(Call&, const ldap::Record&, const GroupFields&,
                                   const ldap::WriteOptions&);
Status remove_group(Call&, const ldap::Record&, const ldap::WriteOptions&);

}  // namespace habilitd::scim
