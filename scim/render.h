// Resources as JSON text, written straight from the accessor: no tree is built on the way out.
#pragma once

#include <functional>
#include <string>

#include "scim/accessor.h"

namespace habilitd::scim {

// Takes the text away, but for its last character. False: nobody wants the rest.
using Drain = std::function<bool(std::string& out)>;

// Appends the resource as one JSON object, with the attributes of `shown` that have values. `drain`
// is called between the values of a list whenever the text has become long.
void render(std::string& out, const ResourceType&, const Accessor&, const AttributeSet& shown,
            const Drain& drain = nullptr);

}  // namespace habilitd::scim
