// What a User's tree means for the directory, attribute by attribute. Between user_write.h, which
// compares it with what is there, and the schema table.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "ldap/record.h"

namespace habilitd::scim {

// An attribute with no values is to be absent. Attributes that are not named stay as they are.
using WantedValues = std::map<ldap::Attr, std::vector<std::string>>;

// All but externalId and the manager. `record`: the entry as it is, or null.
// Errors: kInvalid, invalidValue.
Result<WantedValues> wanted_values(const Json& tree, const ldap::Record* record);

}  // namespace habilitd::scim
