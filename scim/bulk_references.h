// References by bulkId in the data of bulk operations (RFC 7644 section 3.7.2): "bulkId:x" as a
// whole string, at the end of a URI, or quoted in the path of a PATCH operation.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "scim/schema.h"

namespace habilitd::scim {

// Calls `use` for the bulkId of each reference, and puts what it returns in the place of
// "bulkId:x".
using UseReference = std::function<std::string(const std::string& bulk_id)>;
void each_reference(Json& data, const UseReference& use);
void each_reference(std::vector<std::string>& path, const UseReference& use);

std::set<std::string> references_in(const Json& data);

// An attribute's value that was taken out of a resource: the PATCH operation that adds it.
struct LeftOut {
  std::string path;
  Json value;
};
// Takes out every value of an attribute that refers to one of `bulk_ids`: of a multi-valued
// attribute the element, else the whole.
std::vector<LeftOut> leave_out(const ResourceType&, Json& data,
                               const std::set<std::string>& bulk_ids);

}  // namespace habilitd::scim
