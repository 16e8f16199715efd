// Opens a JSON Web Token: form, header, key and signature (RFC 7515, RFC 7519, with the advice of
// RFC 8725). What its claims must say is jwt_claims.h's matter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "fastcgi/jwks.h"

namespace habilitd::fastcgi {

inline constexpr std::size_t kLongestJwt = 8192;  // bytes

// The payload of a token that one of `keys` signed. Checks, in this order: compact form (three
// canonical base64url parts), header through the JSON gate, `alg` in `algorithms`, `typ`, no
// `crit`, a key that fits, length and form of the signature, the signature, payload through the
// JSON gate. jku, x5u, jwk and x5c are never read; `kid` does nothing but choose among `keys`.
//
// kUnauthenticated with reason size | form | header | alg | typ | crit | kid | key | signature-form
// | signature | payload: for the log, callers are told one and the same thing. `kid_known` (set in
// any case): the token named a key that there is.
Result<Json> open_jwt(std::string_view token, const std::vector<std::string>& algorithms,
                      const Jwks& keys, bool& kid_known);

// The error of every refusal.
Error jwt_refused(std::string reason);

}  // namespace habilitd::fastcgi
