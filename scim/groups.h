// /Groups: what the writing methods do. Ordinary groups are entries of ours; groups that confer a
// habilitation change member by member through the door of approvals, and in nothing else.
#pragma once

#include <string_view>

#include "scim/call.h"

namespace habilitd::scim {

Result<Response> create_group(Call&);
// `members` left out of a PUT stay as they are; an empty list empties the group.
Result<Response> replace_group(Call&, std::string_view id);
// Answers 204 when the client wants no body, or when the group is big and nobody asked for members.
Result<Response> patch_group(Call&, std::string_view id);
Result<Response> delete_group(Call&, std::string_view id);

}  // namespace habilitd::scim
