// Attributes that are set once (RFC 7643 section 2.2), and the SIRETs among them.
#pragma once

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "scim/schema.h"

namespace habilitd::scim {

// RFC 7644 section 3.5.1: what a PUT gives for an immutable attribute must be what is there. Links
// are compared by their value, dates as instants. Both trees as normalise() makes them.
// kInvalid (mutability).
Status check_immutable(const ResourceType&, const Json& now, const Json& wanted);

// The tree's "siret", which then stands there as 14 digits. kInvalid (invalidValue).
Result<Siret> read_siret(Json& tree);

}  // namespace habilitd::scim
