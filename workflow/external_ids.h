// The identifiers that provisioning clients gave an entry (habExternalId), each with its client's
// prefix: one client's changes, those of the others are not touched.
#pragma once

#include <string>
#include <vector>

#include "ldap/directory.h"
#include "ldap/record.h"

namespace habilitd::workflow {

// `before` and `after`: one client's, as "client:identifier"; empty: none. Only the difference is
// written, so that two clients may give theirs at once.
void append_external_id_change(const ldap::Layout&, const ldap::Record& entry,
                               const std::string& before, const std::string& after,
                               std::vector<ldap::Change>& changes);

}  // namespace habilitd::workflow
