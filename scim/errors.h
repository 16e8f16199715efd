// SCIM Errors (RFC 7644 section 3.12). Errors of this folder carry the scimType as their reason and
// a detail that may be shown; what other layers say is translated here and their detail stays
// inside.
#pragma once

#include <string>
#include <string_view>

#include "base/http.h"
#include "base/result.h"

namespace habilitd::scim {

// A SCIM Error with a status that no Errc stands for (405, 406, 415, 501 ...). `scim_type` may be
// empty.
Response error_answer(int status, std::string_view scim_type, std::string_view detail);

inline Error invalid_value(std::string detail) {
  return invalid("invalidValue", std::move(detail));
}
inline Error invalid_syntax(std::string detail) {
  return invalid("invalidSyntax", std::move(detail));
}
inline Error not_mutable(std::string detail) { return invalid("mutability", std::move(detail)); }
inline Error no_target(std::string detail) { return invalid("noTarget", std::move(detail)); }
Error unknown_resource();

}  // namespace habilitd::scim
