// Where a request goes, and whether its token opens that.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "scim/endpoints.h"
#include "scim/query.h"
#include "workflow/tokens.h"

namespace habilitd::scim {

using Segments = std::vector<std::string>;  // of a path below the base

enum class At {
  kNowhere,
  kConfig,
  kSchemas,
  kTypes,
  kCollection,
  kSearch,  // of a type, or of the root
  kResource,
  kRoot,
  kMe,
  kBulk,
  kEvents
};

struct Route {
  At place = At::kNowhere;
  const Endpoint* endpoint = nullptr;  // of a collection, search or resource
  std::string_view id;     // of a resource; of a discovery document or of Events, may be empty
  std::string_view allow;  // the methods, as the header Allow lists them
};

// The segments must outlive it.
Route route(const Segments&);
// The person for whom a token acts, by her id: as a resource, but not deleted.
Route route_to_oneself(std::string_view id);
bool is_allowed(const Route&, Method);

// The one place where a token's scopes are compared with what a request wants to do.
bool may(const workflow::Client&, const Route&, Method);
// The types that a query at the root searches.
Scope readable_root(const workflow::Client&);

}  // namespace habilitd::scim
