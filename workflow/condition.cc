#include "workflow/condition.h"

namespace habilitd::workflow {

// slapd's unique overlay hands the assertion of a modify on to its own search, where it is tried on
// the entry the search starts from (measured on 2.5.13: every change of a uid under a plain
// assertion was refused). That entry is neither a person nor a group, so the condition lets it
// pass.
ldap::WriteOptions still_at(const ldap::Layout& layout, ldap::Kind kind, std::string_view csn) {
  const bool person = kind == ldap::Kind::kPerson;
  const std::string& own_class = person ? layout.person_class : layout.group_class;
  return {ldap::Filter::equals(layout.name(ldap::Attr::kEntryCsn), csn) |
          !ldap::Filter::equals(layout.name(ldap::Attr::kObjectClass), own_class)};
}

}  // namespace habilitd::workflow
