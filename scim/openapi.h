// An OpenAPI 3.1 description of the service, made from the tables that drive it: paths from
// scim/endpoints.h, schemas from scim/schema.h. docs/openapi.json is what `habilitd openapi`
// prints.
#pragma once

#include "base/json.h"

namespace habilitd::scim {

Json openapi();

// Its components/schemas: a JSON Schema (draft 2020-12) for each resource type and message.
Json openapi_schemas();
// What refers to one of them.
Json schema_reference(const std::string& name);

}  // namespace habilitd::scim
