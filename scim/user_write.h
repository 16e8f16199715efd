// A User as the directory keeps it: the tree of normalise() or PATCH becomes the attributes of a
// new entry, or the changes of one modify. Plain LDAP attributes hold the values; habScim holds the
// rest.
#pragma once

#include <optional>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"
#include "ldap/directory.h"
#include "scim/call.h"
#include "scim/user_reader.h"

namespace habilitd::scim {

struct UserWrite {
  ldap::Attributes attributes;        // of a new entry, without a class or a name
  std::vector<ldap::Change> changes;  // of an existing one; empty: nothing to do
  std::optional<Secret> password;
};

// `now`: the person as she is; null for a new one. The reader stands on her record with its manager
// kept. `view` resolves the manager. Takes the password out of the tree. Errors: kInvalid with
// reason invalidValue (a mail address, an unknown manager, a hashed password); kForbidden for what
// is not the client's (workflow/tenancy.h).
Result<UserWrite> write_user(Json tree, const UserReader* now, const Audience&, const ldap::Layout&,
                             const ldap::Mirror::View& view);

// May the client write that, of a person who may belong to others as well (Sight::governs)?
Status may_write(const Call&, const ldap::Record& now, const ldap::Mirror::View&, const UserWrite&);

}  // namespace habilitd::scim
