// Conditions on a resource's version (RFC 7644 section 3.14, RFC 9110 section 13), compared weakly.
#pragma once

#include <string_view>

#include "base/result.h"
#include "ldap/connection.h"
#include "ldap/record.h"
#include "ldap/schema.h"

namespace habilitd::scim {

// Is the tag, to the letter, one of the header's list, or is the list "*"?
bool names_version(std::string_view header, std::string_view tag);

// What If-Match demands of a write: kStale when the record is of another version, else a condition
// that the directory checks with the write itself. An empty header demands nothing. What a version
// says of other entries (ResourceReader::version) does not count: the write leaves them alone.
Result<ldap::WriteOptions> write_condition(std::string_view if_match, const ldap::Record&,
                                           const ldap::Layout&);
// The write happens only if the entry is still this one.
ldap::WriteOptions unchanged_since(const ldap::Record&, const ldap::Layout&);

}  // namespace habilitd::scim
