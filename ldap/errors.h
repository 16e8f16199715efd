// RFC 4511 result codes and libldap's own (negative) ones as Errors. Any code but success means
// "not done" or "unknown", never "done".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace habilitd::ldap {

// libldap's word for a connection that is gone (LDAP_SERVER_DOWN).
inline constexpr int kServerDown = -1;

// `what` names the operation, for the log ("modify cn=..."); `diagnostic` is the server's text.
// A code that says the connection is lost gives kUnavailable; whether a write was done meanwhile is
// the caller's to judge.
Error error_from(int code, std::string_view what, std::string_view diagnostic = {});

// libldap's codes for a connection that gave no answer: the handle must be dropped.
bool is_connection_lost(int code);

}  // namespace habilitd::ldap
