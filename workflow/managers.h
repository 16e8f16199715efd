// Who manages a structure for an application, who owns an application, who administers the
// platform. Read from the mirror, with names and addresses: for pages and mails. What permits a
// write is asked of the directory instead (workflow/facts.cc).
#pragma once

#include <string>
#include <vector>

#include "policies/policy.h"
#include "workflow/actor.h"
#include "workflow/people.h"

namespace habilitd::workflow {

class Services;

// Ids of the policy's roles that manage.
std::vector<std::string> managing_roles(const policies::Policy&);

// SIRETs a person owns, or holds a managing role for; sorted.
std::vector<std::string> managed_sirets(const ldap::Mirror::View&, const policies::Policy&,
                                        ldap::NodeId person);

// Active people only, each once.
std::vector<Person> managers_of(const ldap::Mirror::View&, const policies::Policy&,
                                const std::string& siret);
std::vector<Person> owners_of_application(const ldap::Mirror::View&,
                                          const std::string& application);
std::vector<Person> members_of_group(const ldap::Mirror::View&, const std::string& group);

// Does a client's token let it decide about a role, or (empty role) about the whole application?
bool may_grant(const Actor&, std::string_view application, std::string_view role);

}  // namespace habilitd::workflow
