// The structures an actor manages for an application, as the lists need them. For this folder.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "workflow/actor.h"
#include "workflow/people.h"

namespace habilitd::workflow {

class Services;

struct Scope {
  std::vector<Structure> structures;  // by name
  std::set<std::string, std::less<>> sirets;
  bool covers(std::string_view siret) const { return sirets.count(siret) > 0; }
};
using ScopePtr = std::shared_ptr<const Scope>;
// Only structures for which the policy lets the actor `list`. Of a person it is kept, and handed
// out again when nothing it follows from has changed up to this very picture of the mirror; the
// same pointer then.
ScopePtr kept_scope(Services&, const ldap::Mirror::View&, const Actor&,
                    std::string_view application);
// Tells what is kept for one actor and application from all else.
std::string scope_key(const Actor&, std::string_view application);
// The same question for one structure, and for any, without collecting them.
bool manages(Services&, const ldap::Mirror::View&, const Actor&, std::string_view application,
             std::string_view siret);
bool manages_any(Services&, const ldap::Mirror::View&, const Actor&, std::string_view application);

// Member of the administrators' group.
bool administers(Services&, const ldap::Mirror::View&, const EntryUuid& person);

}  // namespace habilitd::workflow
