// /Me, the alias for the person a token acts for (RFC 7644 section 3.11; such tokens come from the
// site's IAM). What she may change about herself is listed here; everything else is for those who
// provision.
#pragma once

#include <optional>

#include "base/http.h"
#include "base/json.h"
#include "base/result.h"
#include "workflow/tokens.h"

namespace habilitd::scim {

// 501 for a token that stands for nobody, and for POST: who is there cannot be made. 403 for
// DELETE.
std::optional<Response> refuse_me(const workflow::Client&, Method);

// Trees of a User as normalise() makes them. kForbidden (not-for-oneself) when they differ in
// anything but one's own attributes; that includes the password, which the portal changes against
// the old one.
Status check_own_change(const Json& before, const Json& after);
// What a PUT leaves out and is not one's own stays as it is.
void keep_what_is_not_own(const Json& before, Json& after);

}  // namespace habilitd::scim
