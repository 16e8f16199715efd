// Resources with so many values that their text is made while it is sent: a group of 100,000
// members is 15 MB.
#pragma once

#include "scim/call.h"

namespace habilitd::scim {

// Above this many values in one attribute an answer is sent in pieces.
inline constexpr std::size_t kManyValues = 1000;

// Has the resource very many values, among those that were kept?
bool has_many_values(const ResourceReader&);
// 200 with the resource as it is at that moment; kNotFound.
Result<Response> streamed_response(const Call&, const ResourceType&, std::string_view id,
                                   const AttributeSet& shown);

}  // namespace habilitd::scim
