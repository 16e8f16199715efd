// Entries out of libldap's answers.
#pragma once

#include <string>
#include <vector>

#include "ldap/connection.h"
#include "ldap/controls.h"

namespace habilitd::ldap {

// With all that the server sent.
Entry entry_from(::ldap* handle, LDAPMessage* entry);
// With these attributes, in this order.
Entry entry_from(::ldap* handle, LDAPMessage* entry, const std::vector<std::string>& attributes);

}  // namespace habilitd::ldap
