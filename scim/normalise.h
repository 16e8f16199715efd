// Input against the schema table: canonical names, checked types, nothing that the client cannot
// set.
#pragma once

#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "scim/dialect.h"
#include "scim/schema.h"

namespace habilitd::scim {

// A body of POST or PUT as a tree with canonical names; null, "" and [] are unassigned and gone,
// readOnly attributes are dropped (RFC 7644 section 3.5.1). Required attributes are present.
// Errors: kInvalid with reason invalidSyntax (shape, unknown names) or invalidValue.
Result<Json> normalise(const ResourceType&, const Json& body, Tolerance&);

// One attribute's value, in the same way; a null Json when it is unassigned. `element`: one value
// of a multi-valued attribute rather than all of them.
Result<Json> check_value(const Attribute&, const Json&, Tolerance&, bool element = false);

// kInvalid (invalidValue) naming a required attribute that is missing.
Status check_required(const ResourceType&, const Json& tree);
// At most one primary; identical values only once.
Status settle_values(const Attribute&, Json& values);

// The place of a top-level attribute in a tree; null when it is unassigned.
const Json* find_value(const ResourceType&, const Json& tree, const Attribute&);
// Sets it (null: takes it away), making and removing the extension's object as needed.
void set_value(const ResourceType&, Json& tree, const Attribute&, Json value);

// The id that a link names: its value, else the last part of its $ref; empty: none.
std::string_view linked_id(const Json& link);

// Does `schemas` hold the URN? For messages: PatchOp, SearchRequest.
Status check_message_schema(const Json& body, std::string_view urn, Tolerance&);
// A member of a JSON object without regard to case; null when absent.
const Json* member_of(const Json& object, std::string_view name);

}  // namespace habilitd::scim
