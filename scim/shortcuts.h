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

// A superset of the entries that match, each once; none when only a look at everybody can tell, or
// when that is less work.
std::optional<std::vector<ldap::NodeId>> candidates(const FilterNode&, const ResourceType&,
                                                    const ldap::Mirror::View&, const Audience&);

}  // namespace habilitd::scim
