// /Habilitations: POST grants, `until` moves the end, DELETE revokes, each through the door of
// approvals: policy decides, a record remains. What has ended is no Habilitation any more; its
// record stays an AccessRequest.
#pragma once

#include <string_view>

#include "scim/call.h"

namespace habilitd::scim {

Result<Response> create_habilitation(Call&);
// `until` left out stays as it is: nobody keeps access longer by omission.
Result<Response> replace_habilitation(Call&, std::string_view id);
Result<Response> patch_habilitation(Call&, std::string_view id);
Result<Response> delete_habilitation(Call&, std::string_view id);

}  // namespace habilitd::scim
