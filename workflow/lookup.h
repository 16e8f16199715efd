// What permits or names a write is asked of slapd itself, by identity (entryUUID) and never by
// reading the members of a group. For the use cases of this folder.
#pragma once

#include <optional>
#include <string>

#include "ldap/directory.h"

namespace habilitd::workflow {

class Services;

struct FoundPerson {
  ldap::Dn dn;
  bool active = true, mail_verified = true;
  bool keeps_habilitations = false;  // has the class that allows derived values
};
// Nothing when there is no such person.
Result<std::optional<FoundPerson>> look_up_person(Services&, const EntryUuid&);

// The two halves of it, for a search that is sent with others.
ldap::Directory::Search person_search(const ldap::Layout&, const EntryUuid&);
Result<std::optional<FoundPerson>> person_in(const ldap::Layout&, const std::vector<ldap::Entry>&);

// Is there an entry below `base` that the filter matches?
Result<bool> exists(Services&, const ldap::Dn& base, const ldap::Filter&);

}  // namespace habilitd::workflow
