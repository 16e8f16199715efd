// Which attributes an answer shows (RFC 7644 section 3.9, RFC 7643 section 7 "returned").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scim/schema.h"

namespace habilitd::scim {

// What is shown when nothing is asked for.
const AttributeSet& standard_projection(const ResourceType&);

// What a client can set and read back: the part of a resource that PUT and PATCH work on.
const AttributeSet& writable_projection(const ResourceType&);

// Names that nobody knows show nothing. kInvalid (invalidValue) when both lists are given.
Result<AttributeSet> parse_projection(const ResourceType&,
                                      const std::vector<std::string>& attributes,
                                      const std::vector<std::string>& excluded);

// Does it show what other resources are called, which changes without the one that is shown?
bool names_others(const ResourceType&, const AttributeSet&);

std::vector<std::string> split_names(std::string_view comma_separated);

}  // namespace habilitd::scim
