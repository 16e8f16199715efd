// Resources as JSON text, written straight from the accessor: no tree is built on the way out.
#pragma once

#include <string>

#include "scim/accessor.h"

namespace habilitd::scim {

// Appends the resource as one JSON object, with the attributes of `shown` that have values.
void render(std::string& out, const ResourceType&, const Accessor&, const AttributeSet& shown);

}  // namespace habilitd::scim
