// Names of groups that say more than who is in them. A cn is unique in the whole directory, so that
// whoever pushes groups could else take the name of a habilitation's group, of a structure or of an
// application before it is made, or make the group whose members decide.
#pragma once

#include <string_view>

#include "base/result.h"
#include "ldap/record.h"

namespace habilitd::workflow {

class Services;

// Is that the group whose members administer everything?
bool is_administrators_group(const Services&, const ldap::Record&);

// Does a policy in force name that group as approvers (group:NAME)?
bool is_approvers_group(const Services&, std::string_view name);

// May a client change that group and its members? kForbidden for those whose members administer
// everything (administrators-group) or decide about requests (approvers-group), whatever else they
// are called.
Status check_group_is_open(const Services&, const ldap::Record&);

// May a client make a group of that name, or give the name to one? kForbidden: the same, and
// reserved-name (a SIRET, application.role.SIRET, the id of an application). Names are compared as
// slapd does.
Status check_group_name(const Services&, std::string_view name);

}  // namespace habilitd::workflow
