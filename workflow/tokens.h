// Bearer tokens of machine callers: 256 random bits, stored as SHA-256, found in the mirror.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "ldap/directory.h"
#include "workflow/actor.h"

namespace habilitd::workflow {

struct Client {
  EntryUuid id;
  std::string name;
  std::string dialect = "rfc";  // rfc | entra | okta | strict
  // users|groups|structures|habilitations|requests|me:read|write decisions grant:<role> grant:*
  std::set<std::string, std::less<>> scopes;
  std::optional<Instant> expires;
  bool from_jwt = false;            // vouched for by the site's IAM: `id` is no directory entry's
  std::optional<EntryUuid> person;  // whom it acts for (SCIM /Me); only ever from a JWT
  bool may(std::string_view scope) const;  // write implies read
  Actor actor() const;
};
bool is_scope(std::string_view);

// For the command line; the secret is shown once. kConflict when the name is taken.
Result<Secret> create_token(ldap::Directory&, const Client&, Clock&);
Status revoke_token(ldap::Directory&, std::string_view name);
Result<std::vector<Client>> list_tokens(ldap::Directory&);
// From the Authorization header's bearer value. kUnauthenticated for anything else than a live
// token.
Result<Client> find_client(const ldap::Mirror::View&, std::string_view bearer, Instant now);
// The dialect of the token with exactly that name, expired or not; "rfc" when there is none.
std::string dialect_of_token(const ldap::Mirror::View&, std::string_view name);

}  // namespace habilitd::workflow
