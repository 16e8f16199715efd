// What the claims of an opened token must say (RFC 7519 section 4.1), and what is taken from them.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace habilitd::fastcgi {

struct JwtRules {
  std::string issuer, audience;         // compared exactly
  std::vector<std::string> algorithms;  // names of jwt_algorithm.h
  Duration max_skew{60000};
  std::string scope_claim = "scope", client_claim = "client_id", person_claim;
};

struct JwtClaims {
  std::string client;               // presentable, at most 255 bytes
  std::vector<std::string> scopes;  // as the token has them, ours or not
  std::string person;               // empty: none
};

// `aud`: a text that is ours, or an array of texts that holds ours. `exp` is required; `nbf` and
// `iat` where present; each with `max_skew`. The client: rules.client_claim, else azp. Scopes: one
// text with spaces (RFC 8693 section 4.2) or an array of texts.
// kUnauthenticated with reason iss | aud | exp | nbf | iat | client | scope | person.
Result<JwtClaims> check_claims(const Json& payload, const JwtRules&, Instant now);

}  // namespace habilitd::fastcgi
