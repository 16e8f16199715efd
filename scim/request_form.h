// What can be said of a request without looking at what it asks for (RFC 7644 section 3.8).
#pragma once

#include <optional>

#include "scim/route.h"
#include "scim/server.h"

namespace habilitd::scim {

bool has_body(Method);
// 406, 415 or 413; nothing: nothing wrong.
std::optional<Response> refuse_form(const Request&, const Route&, const Settings&);

}  // namespace habilitd::scim
