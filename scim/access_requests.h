// /AccessRequests: POST asks on a person's behalf, and a pending request is decided by setting its
// `decision` (PATCH or PUT): {"value": "approve" | "refuse" | "cancel", "reason", "until"}.
// If-Match names the request's revision. Records are never deleted.
#pragma once

#include <string_view>

#include "scim/call.h"

namespace habilitd::scim {

Result<Response> create_access_request(Call&);
Result<Response> replace_access_request(Call&, std::string_view id);
Result<Response> patch_access_request(Call&, std::string_view id);

}  // namespace habilitd::scim
