// What a User's tree means for the directory, attribute by attribute. Between user_write.h, which
// compares it with what is there, and the schema table.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "ldap/record.h"

namespace habilitd::scim {

// An attribute with no values is to be absent. Attributes that are not named stay as they are.
using WantedValues = std::map<ldap::Attr, std::vector<std::string>>;

// All but externalId and the manager. `record`: the entry as it is, or null. `client`: the id of
// who writes, kept in habScim when it switches the person off. Errors: kInvalid, invalidValue.
Result<WantedValues> wanted_values(const Json& tree, const ldap::Record* record,
                                   std::string_view client);
// The id of the client that switched the person off; empty when she is active, or when nobody knows
// (the directory itself was edited).
std::string switched_off_by(const ldap::Record&);

}  // namespace habilitd::scim
