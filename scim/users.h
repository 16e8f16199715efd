// /Users: what the writing methods do (RFC 7644 sections 3.3 to 3.6).
#pragma once

#include <string_view>

#include "scim/call.h"

namespace habilitd::scim {

Result<Response> create_user(Call&);
Result<Response> replace_user(Call&, std::string_view id);
Result<Response> patch_user(Call&, std::string_view id);
Result<Response> delete_user(Call&, std::string_view id);

// The part of a resource that a client can set, as the tree that normalise() would make of it.
Result<Json> tree_of(const ResourceReader&);

}  // namespace habilitd::scim
