// Conditions that the directory checks with the write itself (RFC 4528).
#pragma once

#include <string_view>

#include "ldap/connection.h"
#include "ldap/record.h"
#include "ldap/schema.h"

namespace habilitd::workflow {

// The write happens only if the entry, a person or a group of some kind, is still of that version
// (entryCSN).
ldap::WriteOptions still_at(const ldap::Layout&, ldap::Kind, std::string_view csn);

}  // namespace habilitd::workflow
