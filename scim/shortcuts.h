// Which filters an index of the mirror answers: equality on id, externalId, what LDAP attributes
// with an index hold, emails, ids of links, a person's structures and habilitations, and "and"/"or"
// of these. Every candidate is still matched.
#pragma once

#include <optional>
#include <vector>

#include "ldap/mirror.h"
#include "scim/filter.h"
#include "scim/resource_reader.h"

namespace habilitd::scim {

// A superset of the records that match, in no order; none when only a scan can tell.
std::optional<std::vector<ldap::RecordPtr>> candidates(const FilterNode&, const ResourceType&,
                                                       const ldap::Mirror::View&, const Audience&);

}  // namespace habilitd::scim
