// Who a machine caller is: the Authorization header's bearer token (RFC 6750 section 2.1). Tokens
// in the query or in a form, and portal cookies, count for nothing here.
#pragma once

#include <optional>
#include <string_view>

#include "base/http.h"
#include "fastcgi/jwt_caller.h"
#include "workflow/services.h"
#include "workflow/tokens.h"

namespace habilitd::fastcgi {

// The token of "Bearer <b64token>", scheme without regard to case; nothing for any other text.
std::optional<std::string_view> bearer_token(std::string_view authorization);

// kUnauthenticated (reason token-missing | token-...) or kUnavailable while the mirror is not
// ready. `jwt`: who reads tokens of the site's IAM; null: nobody, only our own are known.
Result<workflow::Client> caller_of(workflow::Services&, const Request&, JwtCallers* jwt = nullptr);

}  // namespace habilitd::fastcgi
