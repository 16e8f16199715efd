// Bearer tokens of machine callers: 256 random bits, stored as SHA-256, found in the mirror.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "ldap/directory.h"
#include "workflow/actor.h"

namespace habilitd::workflow {

// Requests that a client may make: `burst` at once, refilled at `per_minute`.
struct RateLimit {
  int per_minute = 0;  // 0: no limit
  int burst = 0;       // 0: a sixth of per_minute, at least 10
  bool operator==(const RateLimit&) const = default;
};

struct Client {
  EntryUuid id;
  std::string name;
  std::string dialect = "rfc";  // rfc | entra | okta | strict
  // users|groups|structures|habilitations|requests|me:read|write events:read decisions
  // grant:<role> grant:*
  std::set<std::string, std::less<>> scopes;
  std::optional<Instant> expires;
  // What is its own (workflow/tenancy.h): SIRETs, and mail domains in lower case. Both empty: all.
  std::set<std::string, std::less<>> structures, mail_domains;
  RateLimit rate;
  EntryUuid feed;                   // under which id events wait for it; nil: it has no feed
  bool from_jwt = false;            // vouched for by the site's IAM: `id` is no directory entry's
  std::optional<EntryUuid> person;  // whom it acts for (SCIM /Me); only ever from a JWT
  bool may(std::string_view scope) const;  // write implies read
  bool restricted() const { return !structures.empty() || !mail_domains.empty(); }
  Actor actor() const;
};
bool is_scope(std::string_view);

// The id of a client vouched for by the IAM: the same each time, and never a directory entry's.
EntryUuid jwt_client_id(const std::string& issuer, const std::string& name);

// For the command line; the secret is shown once. kConflict when the name is taken.
Result<Secret> create_token(ldap::Directory&, const Client&, Clock&);
// Reads the entry, lets `edit` change what it says (name, id and secret stay), and writes it unless
// somebody changed it meanwhile (kStale). kNotFound for an unknown name; errors of `edit`.
Status edit_token(ldap::Directory&, std::string_view name,
                  const std::function<Status(Client&)>& edit);
Status revoke_token(ldap::Directory&, std::string_view name);
Result<std::vector<Client>> list_tokens(ldap::Directory&);
// From the Authorization header's bearer value. kUnauthenticated for anything else than a live
// token.
Result<Client> find_client(const ldap::Mirror::View&, std::string_view bearer, Instant now);
// For a client vouched for by the IAM: what the token entry of its name says of dialect,
// structures, mail domains, rate and feed; the entry's scopes (but for the feed), secret and expiry
// play no part. False: there is no such entry. An entry that cannot be read takes all scopes away.
bool apply_token_entry(const ldap::Mirror::View&, Client&);
// A client that was accepted before, by what the directory says of it now; the scopes of one that
// the IAM vouched for are those it came with, and without an entry its limits are, too.
// kUnauthenticated for one that is gone or over, and, where an entry is needed (`entry_needed`, of
// the IAM's), for one without.
Result<Client> present_client(const ldap::Mirror::View&, const Client& accepted, bool entry_needed,
                              Instant now);

}  // namespace habilitd::workflow
