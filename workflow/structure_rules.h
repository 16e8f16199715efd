// What a structure must be, asked of the mirror before its entry is written.
#pragma once

#include <string>
#include <string_view>

#include "workflow/actor.h"
#include "workflow/member_delta.h"

namespace habilitd::workflow {

// To be a manager is to decide for every application: naming one demands as much as granting every
// role. kForbidden managers-need-grant.
Status check_may_appoint(const Actor&);
// A structure that has a manager keeps one. kForbidden last-manager.
Status check_manager_stays(const ldap::Mirror::View&, const ldap::Record& structure,
                           const LinkDelta& managers);
// The parent's name in the directory; empty: none. `self` nil: of a structure that is not there
// yet. kInvalid: unknown-parent, parent-cycle.
Result<std::string> parent_name(const ldap::Mirror::View&, const EntryUuid& parent,
                                const EntryUuid& self);
// Does somebody hold a habilitation there, with or without a record?
bool is_used(const ldap::Mirror::View&, std::string_view siret);

}  // namespace habilitd::workflow
