// /Structures: what the writing methods do. Members and managers left out of a PUT stay as they
// are, as does `active`; empty lists empty them.
#pragma once

#include <string_view>

#include "scim/call.h"

namespace habilitd::scim {

Result<Response> create_structure(Call&);
Result<Response> replace_structure(Call&, std::string_view id);
Result<Response> patch_structure(Call&, std::string_view id);
Result<Response> delete_structure(Call&, std::string_view id);

}  // namespace habilitd::scim
