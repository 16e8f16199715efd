// One row for each resource type: the scope that opens it, where its resources are in the mirror,
// who reads them, and what the writing methods do. Routing, lists, look-ups and authorisation go by
// it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scim/call.h"

namespace habilitd::scim {

struct Endpoint {
  const ResourceType* type;
  std::string_view scope;  // "users": users:read and users:write
  std::vector<ldap::Kind> kinds;
  bool (*holds)(const ldap::Record&);  // which entries of these kinds; null: all
  std::unique_ptr<ResourceReader> (*reader)(const Audience&);
  // Null: the method is not allowed.
  Result<Response> (*create)(Call&);
  Result<Response> (*replace)(Call&, std::string_view id);
  Result<Response> (*patch)(Call&, std::string_view id);
  Result<Response> (*remove)(Call&, std::string_view id);
  std::string collection_methods, resource_methods;  // for Allow
};

const std::vector<Endpoint>& endpoints();
const Endpoint& endpoint(const ResourceType&);
// How many entries there are of the type's kinds.
std::size_t population(const ResourceType&, const ldap::Mirror::View&);

}  // namespace habilitd::scim
