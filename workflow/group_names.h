// Names of groups that say more than who is in them. A cn is unique in the whole directory, so that
// whoever pushes groups could else take the name of a habilitation's group, of a structure or of an
// application before it is made, or make the group whose members decide.
#pragma once

#include <string_view>

#include "base/result.h"
#include "ldap/record.h"

namespace habilitd::workflow {

class Services;

// May a client change that group and its members? Not the group of those who administer everything
// (kForbidden, administrators-group), whatever else it is called.
Status check_group_is_open(const Services&, const ldap::Record&);

// May a client make a group of that name, or give the name to one? kForbidden: the same, and
// reserved-name (a SIRET, application.role.SIRET, the id of an application). Names are compared as
// slapd does.
Status check_group_name(const Services&, std::string_view name);

}  // namespace habilitd::workflow
