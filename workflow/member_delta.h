// Who joins and who leaves an entry that names others (member, owner), as the difference to what
// the mirror knows: a list is never read from the directory to write it. For the use cases of this
// folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ldap/mirror.h"
#include "workflow/grants.h"

namespace habilitd::workflow {

class Services;

using LinkDelta = ldap::LinkNames;

// `fits`: may the entry be added? Removing what is gone or was never there is no change.
// kInvalid (unknown-member) for an id that does not fit.
Result<LinkDelta> link_delta(const ldap::Mirror::View&, const ldap::Record&, ldap::Link,
                             const MemberChange&, bool (*fits)(const ldap::Record&));
// The same for a new entry: names of those to be added.
Result<std::vector<std::string>> names_of(const ldap::Mirror::View&, const std::vector<EntryUuid>&,
                                          bool (*fits)(const ldap::Record&));

// Additions before removals: a group is at no moment empty.
void append_changes(const ldap::Layout&, ldap::Attr, const LinkDelta&,
                    std::vector<ldap::Change>& changes);

// Somebody changed the same values since the mirror was asked; worth another try.
bool overtaken(const Error&);
// Until the mirror has heard of something after `seen`, a little longer with each attempt.
void wait_for_news(Services&, std::uint64_t seen, int attempt);

// The answer of a write that has nothing to do: the version stays, yet the condition must hold.
Result<ldap::Written> unchanged(Services&, const ldap::Record&, const ldap::WriteOptions&);

}  // namespace habilitd::workflow
