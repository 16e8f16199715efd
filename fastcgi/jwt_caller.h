// Callers who come with a token of the site's IAM instead of one of ours: which client it is, what
// it may do, and for whom it acts.
#pragma once

#include <string_view>

#include "fastcgi/jwks_store.h"
#include "fastcgi/jwt_claims.h"
#include "ldap/directory.h"
#include "workflow/tokens.h"

namespace habilitd::fastcgi {

struct JwtSettings {
  // How rules.person_claim finds a person. Never by both: a user name that reads like somebody
  // else's entryUUID would find that person.
  enum class PersonKey { kUserName, kEntryUuid };
  JwtRules rules;  // an empty issuer: no JWT is accepted
  JwksStore::Options keys;
  PersonKey person_key = PersonKey::kUserName;
  bool require_entry = true;  // a client without a token entry of its name may do nothing
  bool on() const { return !rules.issuer.empty(); }
};

class JwtCallers {
 public:
  // The clock, log and metrics must outlive it.
  JwtCallers(JwtSettings, const Clock&, Log&, Metrics&);
  void start() { keys_.start(); }
  void stop() { keys_.stop(); }

  // Our own tokens are base64url without a dot.
  static bool is_jwt(std::string_view bearer) { return bearer.find('.') != bearer.npos; }

  // kUnauthenticated, always the same, for a token that is refused (the log says why);
  // kUnavailable while there are no keys or no directory.
  Result<workflow::Client> find(std::string_view token, const ldap::Directory&);

 private:
  Result<JwtClaims> claims_of(std::string_view token);
  Error refused(const Error&, bool kid_known);

  const JwtSettings settings_;
  const Clock& clock_;
  Log& log_;
  Metrics& metrics_;
  JwksStore keys_;
};

// The client that accepted claims make. Its id is derived from issuer and client id, so that it is
// the same each time and never a directory entry's; its dialect, structures, mail domains, rate and
// feed are those of the token entry (`habilitd token`) of the same name, if there is one; its
// scopes are those of ours that the token has.
workflow::Client client_of(const JwtClaims&, const JwtSettings&, const ldap::Mirror::View&);

}  // namespace habilitd::fastcgi
